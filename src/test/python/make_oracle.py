"""Makes the checkpoints that the Java tests read, and records HF transformers' answers for them.

    python src/test/python/make_oracle.py random              # src/test/resources/models/<name>/
    python src/test/python/make_oracle.py int8                # src/test/resources/models/<name>/oracle-int8-<levels>.json
    python src/test/python/make_oracle.py tiny                # src/test/resources/models/tiny-oracle.json
    python src/test/python/make_oracle.py smollm2 --source DIR   # src/test/resources/models/smollm2-oracle.json

`random` writes small Llamas with random weights, one for each thing that a reader of checkpoints can get wrong. A seed is passed over if
its answers depend on rounding (two best logits too close, a nucleus whose mass is almost top_p), so tests can compare ids exactly. DIR
is a folder of SmolLM2-135M-Instruct in HF layout.

All floats have 7 significant digits, all logarithms are natural, null stands for minus infinity or "there is none".
"""

import argparse
import json
from pathlib import Path

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM
from transformers.generation.logits_process import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

MODELS = Path("src/test/resources/models")
VOCABULARY = 97  # no multiple of 64, nor of any vector width
NEW_TOKENS = 24
PROMPT_LENGTHS = [1, 2, 5, 17, 63, 64, 65, 130]  # round a KV block of 64
WARPERS = [(0.7, 0, 1.0), (1.0, 5, 1.0), (1.3, 0, 0.8), (0.8, 20, 0.9)]  # temperature, top_k (0 is off), top_p

LLAMA3_ROPE = {
    "rope_type": "llama3",
    "rope_theta": 10000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
LINEAR_ROPE = {"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.0}


def plain_rope(theta):
    return {"rope_type": "default", "rope_theta": theta}


BASE = {
    "vocab_size": VOCABULARY,
    "hidden_size": 48,
    "intermediate_size": 80,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "rms_norm_eps": 1e-5,
    "initializer_range": 0.3,
    "tie_word_embeddings": False,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
# name -> what differs from BASE, the keys config.json is written with, the dtype of the file
CHECKPOINTS = {
    "llama-mha-untied": ({"num_key_value_heads": 4, "rope_parameters": plain_rope(10000.0)}, "old", "float32"),
    "llama-gqa-tied": (
        {"num_attention_heads": 6, "tie_word_embeddings": True, "rope_parameters": plain_rope(50000.0)},
        "new",
        "float32",
    ),
    "llama3-rope": ({"rope_parameters": LLAMA3_ROPE, "max_position_embeddings": 512}, "old", "float32"),
    "linear-rope": ({"rope_parameters": LINEAR_ROPE}, "old", "float32"),
    "bf16-sharded": (
        {
            "hidden_size": 64,
            "intermediate_size": 96,
            "num_hidden_layers": 3,
            "eos_token_id": [2, 5],
            "rope_parameters": plain_rope(10000.0),
        },
        "new",
        "bfloat16",
    ),
    "head-dim": ({"head_dim": 16, "rope_parameters": plain_rope(10000.0)}, "new", "float32"),
    "biased": ({"attention_bias": True, "mlp_bias": True, "rope_parameters": plain_rope(10000.0)}, "new", "float32"),
}
BFLOAT16_RUNS = ["llama-gqa-tied", "bf16-sharded"]
INT8_RUNS = ["llama-mha-untied", "biased"]
INT8_LEVELS = [127, 63]  # of activations: with and without the CPU's 8-bit dot product


def digits7(tensor):
    """Nested lists with 7 significant digits; minus infinity becomes None."""
    if tensor.dim() > 1:
        return [digits7(row) for row in tensor]
    return [None if x == float("-inf") else float(f"{x:.7g}") for x in tensor.tolist()]


def write_json(path, head, prompts):
    """One prompt a line, so that a change shows where it is."""
    lines = [f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in head.items()]
    rows = ",\n".join(json.dumps(p, ensure_ascii=False, separators=(",", ":")) for p in prompts)
    path.write_text("{\n" + ",\n".join(lines) + ',\n"prompts": [\n' + rows + "\n]\n}\n", encoding="utf-8")


def head(name, dtype, max_new_tokens):
    return {
        "model": name,
        "dtype": dtype,
        "torch": torch.__version__.split("+")[0],
        "transformers": transformers.__version__,
        "max_new_tokens": max_new_tokens,
    }


@torch.no_grad()
def greedy(model, prompt_ids, max_new_tokens, eos=None):
    """Greedy decoding by generate: (record, logits of the first generated position as float32 [vocabulary])."""
    ids = torch.tensor([prompt_ids])
    model.generation_config.eos_token_id = eos
    out = model.generate(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=max_new_tokens,
        do_sample=False,
        pad_token_id=0,
        output_logits=True,
        return_dict_in_generate=True,
    )
    new = out.sequences[0, len(prompt_ids) :]
    logits = torch.cat(out.logits).float()  # [new, vocabulary]
    logprobs = logits.log_softmax(-1).gather(1, new[:, None])[:, 0]
    best = logits.topk(2).values
    whole = model(ids).logits[0].float().log_softmax(-1)  # [prompt, vocabulary]
    record = {
        "prompt_ids": prompt_ids,
        "prompt_logprobs": [None] + digits7(whole[:-1].gather(1, ids[0, 1:, None])[:, 0]),
        "ids": new.tolist(),
        "logprobs": digits7(logprobs),
        "margins": digits7(best[:, 0] - best[:, 1]),
    }
    return record, logits[0]


def warped(logits, temperature, top_k, top_p):
    """Log-probs after HF's warpers in HF's order."""
    scores = logits[None]
    if temperature != 1.0:
        scores = TemperatureLogitsWarper(temperature)(None, scores)
    if top_k:
        scores = TopKLogitsWarper(top_k)(None, scores)
    if top_p < 1.0:
        scores = TopPLogitsWarper(top_p)(None, scores)
    return scores[0].log_softmax(-1)


def hangs_on_rounding(logits):
    """Whether one of WARPERS cuts where float rounding could decide."""
    for temperature, top_k, top_p in WARPERS:
        ranked = logits.sort(descending=True).values
        if top_k and ranked[top_k - 1] - ranked[top_k] < 1e-4:
            return True
        mass = warped(logits, temperature, top_k, 1.0).exp().sort(descending=True).values.cumsum(0)
        if top_p < 1.0 and (mass - top_p).abs().min() < 1e-4:
            return True
    return False


def random_prompts(seed):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randint(3, VOCABULARY, (n,), generator=generator).tolist() for n in PROMPT_LENGTHS]


def answers(model, prompts):
    """Records of all prompts with the distributions at the first generated position, and whether they are safe."""
    records, safe = [], True
    for prompt_ids in prompts:
        record, logits = greedy(model, prompt_ids, NEW_TOKENS)
        record["first_log_softmax"] = digits7(logits.log_softmax(-1))
        record["first_warped"] = [digits7(warped(logits, *w)) for w in WARPERS]
        records.append(record)
        safe &= min(record["margins"]) > 0.004 and len(set(record["ids"])) >= 8 and not hangs_on_rounding(logits)
    return records, safe


def randomise(model, seed):
    """Normal weights of the config's range; norms and biases random too, so that leaving one out shows."""
    torch.manual_seed(seed)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "norm" in name:
                weight.copy_(1.0 + 0.25 * torch.randn_like(weight))
            else:
                weight.copy_(model.config.initializer_range * torch.randn_like(weight))


def old_keys(config):
    """config.json as transformers 4 wrote it: rope_theta, rope_scaling, torch_dtype, and no head_dim that follows."""
    config = dict(config)
    if config["head_dim"] * config["num_attention_heads"] == config["hidden_size"]:
        del config["head_dim"]
    rope = dict(config.pop("rope_parameters"))
    config["rope_theta"] = rope.pop("rope_theta")
    kind = rope.pop("rope_type")
    config["rope_scaling"] = None
    if kind == "linear":
        config["rope_scaling"] = {"type": kind, **rope}  # the oldest spelling
    elif kind != "default":
        config["rope_scaling"] = {"rope_type": kind, **rope}
    config["torch_dtype"] = config.pop("dtype")
    return dict(sorted(config.items()))


def save(folder, model, keys, dtype):
    """The checkpoint in HF layout; models with scaled rope get a second config in the other spelling."""
    shard = {"max_shard_size": "90KB"} if dtype == "bfloat16" else {}
    model.to(getattr(torch, dtype)).save_pretrained(folder, **shard)
    (folder / "generation_config.json").unlink(missing_ok=True)
    path = folder / "config.json"
    if keys == "old":
        new = path.read_text(encoding="utf-8")
        config = json.loads(new)
        path.write_text(json.dumps(old_keys(config), indent=2) + "\n", encoding="utf-8")
        if config["rope_parameters"]["rope_type"] != "default":
            (folder / "config-rope-parameters.json").write_text(new, encoding="utf-8")


def make_random(name):
    changes, keys, dtype = CHECKPOINTS[name]
    folder = MODELS / name
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for seed in range(1, 200):
        config = LlamaConfig(**{**BASE, **changes})
        model = LlamaForCausalLM(config)
        randomise(model, seed)
        model = model.to(getattr(torch, dtype)).float().eval()
        prompts = random_prompts(seed)
        if answers(model, prompts)[1]:
            break
    else:
        raise SystemExit(f"{name}: no seed gave answers clear of rounding")
    save(folder, model, keys, dtype)

    # The answers come from the files, not from the model in memory.
    model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    records, safe = answers(model, prompts)
    if not safe:
        raise SystemExit(f"{name}: the files give other answers than the model they were saved from")
    warpers = [{"temperature": t, "top_k": k, "top_p": p} for t, k, p in WARPERS]
    write_json(folder / "oracle.json", {**head(name, "float32", NEW_TOKENS), "warpers": warpers}, records)
    if name in BFLOAT16_RUNS:
        model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.bfloat16).eval()
        rows = [greedy(model, ids, NEW_TOKENS)[0] for ids in prompts]
        write_json(folder / "oracle-bf16.json", head(name, "bfloat16", NEW_TOKENS), rows)
    for weights in folder.glob("*.safetensors"):
        weights.chmod(0o644)
    size = sum(f.stat().st_size for f in folder.iterdir())
    margin = min(min(r["margins"]) for r in records)
    print(f"{name}: seed {seed}, {size} bytes, {len(list(folder.glob('*.safetensors')))} shard(s), margin {margin}")


class Int8Linear(torch.nn.Module):
    """A linear layer in whole numbers: weights symmetric per output channel, activations symmetric per token.

    The sums are taken in float64, which holds them exactly.
    """

    def __init__(self, linear, levels):
        super().__init__()
        weight = linear.weight.detach().float()
        self.scale = weight.abs().amax(1) / 127
        self.weight = (weight / self.scale[:, None]).round().double()
        self.bias = linear.bias
        self.levels = levels

    def forward(self, x):
        step = x.abs().amax(-1, keepdim=True) / self.levels
        whole = (x / step + 0.5).floor().double()
        y = (whole @ self.weight.T).float() * self.scale * step
        return y if self.bias is None else y + self.bias


def make_int8(name, levels):
    folder = MODELS / name
    model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    for path, linear in list(model.named_modules()):
        if isinstance(linear, torch.nn.Linear):
            model.set_submodule(path, Int8Linear(linear, levels))
    prompts = json.loads((folder / "oracle.json").read_text(encoding="utf-8"))["prompts"]
    rows = [greedy(model, prompt["prompt_ids"], NEW_TOKENS)[0] for prompt in prompts]
    write_json(folder / f"oracle-int8-{levels}.json", head(name, "int8", NEW_TOKENS), rows)


def text_records(folder, rows, max_new_tokens):
    """Records of rows that have `prompt` (encoded as text) or `messages` (rendered by the chat template)."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    eos = model.generation_config.eos_token_id
    records = []
    for row in rows:
        if "messages" in row:
            rendered = tokenizer.apply_chat_template(row["messages"], tokenize=False, add_generation_prompt=True)
            prompt_ids = tokenizer(rendered, add_special_tokens=False)["input_ids"]
        else:
            rendered = row["prompt"]
            prompt_ids = tokenizer(rendered)["input_ids"]
        record, _ = greedy(model, prompt_ids, max_new_tokens, eos)
        text = tokenizer.decode(record["ids"], skip_special_tokens=True)
        records.append({**row, "rendered": rendered, **record, "text": text})
        print(f"{row['id']}: {len(prompt_ids)} tokens, margin {min(record['margins'])}, {text!r}")
    return records


def make_tiny(folder):
    def rows(name, count):
        lines = Path("data/prompts", name).read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines[:count]]

    records = text_records(folder, rows("quickstart.jsonl", 8) + rows("chat.jsonl", 4), 96)
    write_json(MODELS / "tiny-oracle.json", head("tiny", "float32", 96), records)


LONG_TEXT = (
    "The old harbour had three piers, and each of them told a different part of the town's history. The first was built "
    "of grey stone by fishermen who had no money for anything better, and its steps were worn so deeply that rain stood "
    "in them for days. The second was made of iron, bought from a railway that had never been finished; in winter the "
    "wind played on its railings like an organ. The third, of concrete, was meant for ferries that came for only two "
    "summers. Children learned to swim between the second and the third, because the water there was shallow and the "
    "current slow, and every August a race was held from one to the other. My grandmother won it in 1951, in a borrowed "
    "costume, and was given a clock that still hangs in our kitchen and still runs seven minutes late. She used to say "
    "that the clock was right and the rest of the world was in a hurry. When the council wanted to pull down the iron "
    "pier, she wrote forty letters, one for each year she had walked on it, and sent them all on the same morning. The "
    "postman carried them in a wheelbarrow. Nobody knows whether anyone read them, but the pier was painted green the "
    "following spring, and no more was said. Today the boats are few and the cafes are many. If you ask what has "
    "changed, people will"
)
SMOLLM2_ROWS = [
    {"id": "france", "messages": [{"role": "user", "content": "What is the capital of France?"}]},
    {
        "id": "system",
        "messages": [
            {"role": "system", "content": "Answer in one short sentence."},
            {"role": "user", "content": "Why is the sky blue?"},
        ],
    },
    {"id": "plain", "prompt": "Once upon a time, in a village by the sea,"},
    {"id": "unicode", "prompt": "Zürich, Kraków and 東京 are cities. The naïve café owner said: “"},
    {"id": "long", "prompt": LONG_TEXT},
]


def make_smollm2(folder):
    records = text_records(folder, SMOLLM2_ROWS, 32)
    write_json(MODELS / "smollm2-oracle.json", head("SmolLM2-135M-Instruct", "float32", 32), records)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["random", "int8", "tiny", "smollm2"])
    parser.add_argument("--source", type=Path, help="folder of the model (tiny: default data/models/tiny)")
    parser.add_argument("--only", choices=list(CHECKPOINTS), help="random: this checkpoint alone")
    args = parser.parse_args()
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    MODELS.mkdir(parents=True, exist_ok=True)
    if args.what == "random":
        for name in [args.only] if args.only else CHECKPOINTS:
            make_random(name)
    if args.what in ("random", "int8"):
        for name in INT8_RUNS:
            for levels in INT8_LEVELS:
                make_int8(name, levels)
    elif args.what == "tiny":
        make_tiny(args.source or Path("data/models/tiny"))
    elif args.source is None:
        parser.error("smollm2 needs --source, the folder of SmolLM2-135M-Instruct")
    else:
        make_smollm2(args.source)


if __name__ == "__main__":
    main()
