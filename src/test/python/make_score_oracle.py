"""Records what lm-evaluation-harness and HF transformers say of given texts, for the tests of the command `score`.

    python src/test/python/make_score_oracle.py      # src/test/resources/scores/tiny.json

Sums and is_greedy are those of loglikelihood and loglikelihood_rolling of lm_eval 0.4.13 (with transformers 4.57.6) over
data/models/tiny in float32. The log-prob of each token is HF's, over the same windows. Documents are encoded without special tokens
(add_bos_token=False), because the prefix token stands before them anyway.

All floats have 7 significant digits, all logarithms are natural.
"""

import json
from pathlib import Path

import torch
from lm_eval import utils
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

FOLDER = Path("data/models/tiny")
TARGET = Path("src/test/resources/scores/tiny.json")
QUESTION = "Q: What is 97 - 29?\nA:"
REFERENCES = [
    (QUESTION, [" 68", " 69", "68", " The answer is 68."]),
    (QUESTION + " ", ["68", "sixty-eight"]),  # the space belongs to the reference
    ("Two lines\n \t", ["and three kinds of space"]),
    ("Zürich, 東京: “", ["naïve” 🙂", "é"]),
    ("", ["Q: What is 1 + 1?", "A"]),  # nothing before it but the prefix token
    ("x", ["y" * 40]),
    ("<|im_start|>user\nAdd 64 and 50.<|im_end|>\n<|im_start|>assistant", ["\n114<|im_end|>"]),
]
LONG = " ".join(json.loads(line)["prompt"] for line in open("data/prompts/quickstart.jsonl", encoding="utf-8"))


def digits7(values):
    return [float(f"{x:.7g}") for x in values]


def load():
    names = json.loads((FOLDER / "tokenizer_config.json").read_text(encoding="utf-8"))
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(FOLDER / "tokenizer.json"),
        **{name: names[name] for name in ("bos_token", "eos_token", "pad_token")},
    )
    return LlamaForCausalLM.from_pretrained(FOLDER, dtype=torch.float32).eval(), tokenizer


@torch.no_grad()
def logprobs(model, context, continuation):
    ids = torch.tensor([context + continuation])
    rows = model(ids[:, :-1]).logits[0, len(context) - 1 :].float().log_softmax(-1)
    return digits7(rows.gather(1, ids[0, len(context) :, None])[:, 0].tolist())


def reference_records(model, tokenizer):
    harness = HFLM(pretrained=model, tokenizer=tokenizer, device="cpu", batch_size=1)
    for prompt, references in REFERENCES:
        answers = harness.loglikelihood([Instance("loglikelihood", {}, (prompt, r), 0) for r in references])
        scores = []
        for text, (total, greedy) in zip(references, answers, strict=True):
            if prompt:
                context, ids = harness._encode_pair(prompt, text)
            else:
                context, ids = [harness.prefix_token_id], harness.tok_encode(text, add_special_tokens=False)
            scores.append(
                {
                    "text": text,
                    "ids": ids,
                    "logprobs": logprobs(model, context, ids),
                    "sum": digits7([total])[0],
                    "greedy": bool(greedy),
                }
            )
        yield {"prompt": prompt, "context": context, "references": scores}


def document_records(model, tokenizer):
    for length, tokens in [(32, [1, 2, 31, 32, 33, 34, 64, 65, 95, 100]), (512, [40, 512, 513, 1100])]:
        harness = HFLM(pretrained=model, tokenizer=tokenizer, device="cpu", batch_size=1, max_length=length,
                       add_bos_token=False)  # fmt: skip
        for count in tokens:
            text = tokenizer.decode(tokenizer(LONG, add_special_tokens=False)["input_ids"][:count])
            ids = harness.tok_encode(text)
            assert len(ids) == count, (len(ids), count)
            windows = map(
                utils.make_disjoint_window,
                utils.get_rolling_token_windows(ids, harness.prefix_token_id, length, 1),
            )
            each = [x for context, continuation in windows for x in logprobs(model, context, continuation)]
            total = harness.loglikelihood_rolling([Instance("loglikelihood_rolling", {}, (text,), 0)])[0]
            yield {"text": text, "max_length": length, "ids": ids, "logprobs": each, "sum": digits7([total])[0]}


def main():
    torch.set_num_threads(1)
    model, tokenizer = load()
    greedy = json.loads(Path("src/test/resources/models/tiny-oracle.json").read_text(encoding="utf-8"))["prompts"]
    REFERENCES.extend((row["rendered"], [row["text"]]) for row in greedy[:2])
    records = {
        "references": list(reference_records(model, tokenizer)),
        "documents": list(document_records(model, tokenizer)),
    }
    parts = []
    for name, rows in records.items():
        lines = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
        parts.append(f'"{name}": [\n{lines}\n]')
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
