"""Oracle of EveryRuleIT: a whole job, done again with HF transformers, HF's logits processors and philox.py.

    python make_job_oracle.py     # src/test/resources/jobs/every-rule.yaml and every-rule-oracle.json

The job is a sweep over the sampling rules on the small model of the repository, in float32. Each continuation is generated here by
whole forward passes without a cache; greedy points also by HF's own generate, which must say the same. A point's seed is passed over
when one of its tokens hangs on rounding (two best logits, a cut-off, the number drawn at the edge of a token, or anything else that
noise in the logits turns to another token).
"""

import json
from pathlib import Path

import torch
from hf_masks import CUTS, cut, on_logits
from philox import uniform
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM
from transformers.generation.logits_process import TemperatureLogitsWarper

MODEL = "data/models/tiny"
JOBS = Path("src/test/resources/jobs")
TOKENS, SAMPLES, PROMPTS = 16, 2, 3
NOISE = 2e-5  # of float32 logits that other kernels computed
FIRST = [224, 28, 26, 265, 224, 21, 28, 29]  # what the model says first, greedily
# The model is sure of itself, so rules and temperatures are strong ones.
POINTS = [
    {"temperature": 0},
    {"temperature": 0, "repetition_penalty": 4.0},
    {"temperature": 0, "no_repeat_ngram_size": 2},
    {"temperature": 0, "bad_words_ids": [[FIRST[0]], FIRST[2:4]], "min_tokens": 12},
    {"temperature": 0, "logit_bias": {str(FIRST[1]): -30.0, str(FIRST[5]): 6.0}, "repetition_penalty": 0.9},
    {"temperature": 0, "presence_penalty": 2.0, "frequency_penalty": 2.0, "repetition_penalty": 2.0},
    {"temperature": 4.0},
    {"temperature": 4.0, "top_k": 40},
    {"temperature": 4.0, "top_p": 0.9},
    {"temperature": 5.0, "min_p": 0.02},
    {"temperature": 4.0, "typical_p": 0.8},
    {"temperature": 5.0, "epsilon_cutoff": 0.001},
    {"temperature": 5.0, "eta_cutoff": 0.002},
    {"temperature": 4.0, "top_k": 60, "top_p": 0.95, "min_p": 0.01, "repetition_penalty": 1.2},
    {"temperature": 4.0, "top_k": 60, "min_p": 0.05, "top_p": 0.9, "profile": "vllm", "frequency_penalty": 0.5},
    {"temperature": 5.0, "top_p": 0.8, "presence_penalty": -0.6, "no_repeat_ngram_size": 3, "min_tokens": 16},
    {"temperature": 6.0, "allowed_token_ids": [2, *FIRST, 40, 41, 42], "min_tokens": 10},
]


class Unsafe(Exception):
    """A token hangs on rounding."""


def logits_after(model, ids):
    with torch.no_grad():
        return model(torch.tensor([ids])).logits[:, -1].float()


def choose(point, prompt_id, sample, position, scores):
    """Token and its log-prob in the distribution that it is drawn from."""
    if point["temperature"] == 0:
        best = scores[0].topk(2)
        if best.values[0] - best.values[1] < 2e-3:
            raise Unsafe
        return int(best.indices[0]), 0.0
    if point["temperature"] != 1.0:
        scores = TemperatureLogitsWarper(point["temperature"])(None, scores)
    scores = scores.double()
    left = cut(point, scores)
    for factor in (1 - 3e-6, 1 + 3e-6):
        moved = {k: v * factor if k in CUTS else v for k, v in point.items()}
        if not torch.equal(cut(moved, scores) > -torch.inf, left > -torch.inf):
            raise Unsafe
    ranked = left[0].log_softmax(-1).sort(descending=True, stable=True)
    edges = ranked.values.exp().cumsum(0)
    number = uniform(point["seed"], prompt_id, sample, position)
    if (edges - number).abs().min() < 5e-6:
        raise Unsafe
    place = int((edges <= number).sum())
    return int(ranked.indices[place]), float(ranked.values[place])


def continuation(model, prompt_id, prompt, point, sample, eos):
    ids, logprobs, sampling_logprobs = [], [], []
    while len(ids) < TOKENS and not (ids and ids[-1] in eos):
        logits = logits_after(model, prompt + ids)

        def chosen(logits):
            return choose(point, prompt_id, sample, len(ids), on_logits(point, prompt, ids, eos, logits))

        token, drawn = chosen(logits)
        if any(chosen(logits + NOISE * torch.randn_like(logits))[0] != token for _ in range(8)):
            raise Unsafe
        logprobs.append(float(f"{logits[0].log_softmax(-1)[token]:.8g}"))
        sampling_logprobs.append(float(f"{drawn:.8g}"))
        ids.append(token)
    return {"ids": ids, "logprobs": logprobs, "sampling_logprobs": sampling_logprobs}


def generated(model, prompt, point, eos):
    """What HF's generate says of a greedy point, or None where it lacks a rule."""
    if "presence_penalty" in point:
        return None
    out = model.generate(
        torch.tensor([prompt]),
        do_sample=False,
        max_new_tokens=TOKENS,
        min_new_tokens=point.get("min_tokens"),
        repetition_penalty=point.get("repetition_penalty"),
        no_repeat_ngram_size=point.get("no_repeat_ngram_size"),
        bad_words_ids=point.get("bad_words_ids"),
        sequence_bias={(int(i),): b for i, b in point["logit_bias"].items()} if "logit_bias" in point else None,
        eos_token_id=eos,
        pad_token_id=3,
    )
    return out[0, len(prompt) :].tolist()


def rows_of(model, prompts, number, point, eos):
    for prompt_id, prompt in prompts.items():
        for sample in range(SAMPLES):
            row = continuation(model, prompt_id, prompt, point, sample, eos)
            if point["temperature"] == 0 and (same := generated(model, prompt, point, eos)) is not None:
                assert same == row["ids"], (point, prompt_id, same, row["ids"])
            yield {"prompt_id": prompt_id, "sweep_point": number, "sample_index": sample, **row}


def main():
    torch.set_num_threads(1)
    torch.manual_seed(0)
    rope = json.loads(Path(MODEL, "config.json").read_text())["rope_parameters"]
    model = AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32, rope_theta=rope["rope_theta"]).eval()
    tokenizer = Tokenizer.from_file(f"{MODEL}/tokenizer.json")
    eos = json.loads(Path(MODEL, "generation_config.json").read_text())["eos_token_id"]
    lines = [json.loads(line) for line in Path("data/prompts/quickstart.jsonl").read_text().splitlines()[:PROMPTS]]
    prompts = {line["id"]: tokenizer.encode(line["prompt"]).ids for line in lines}
    rows = []
    for number, point in enumerate(POINTS):
        for seed in range(300):
            point["seed"] = seed
            try:
                found = list(rows_of(model, prompts, number, point, eos))
                break
            except Unsafe:
                continue
        else:
            raise SystemExit(f"no seed for {point}")
        print(number, point, [tokenizer.decode(row["ids"]) for row in found[:2]])
        rows += found
    sampling = {"n": SAMPLES, "max_tokens": TOKENS}
    text = [
        "# Written by src/test/python/make_job_oracle.py",
        "name: every-rule",
        f"model: {{path: {MODEL}, dtype: float32}}",
        f"prompts: {{path: src/test/resources/jobs/every-rule.jsonl, format: jsonl, id: id, text: prompt}}",
        f"sampling: {json.dumps(sampling)}",
        "sweep:",
        "  points:",
        *(f"    - {json.dumps(point)}" for point in POINTS),
        "output: {path: target/every-rule}",
    ]
    (JOBS / "every-rule.yaml").write_text("\n".join(text) + "\n")
    (JOBS / "every-rule.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (JOBS / "every-rule-oracle.json").write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")


if __name__ == "__main__":
    main()
