"""Records HF transformers' answers for small checkpoints of every model family.

    python src/test/python/make_families.py [NAME ...]     # src/test/resources/families/<NAME>.json

The shapes of each family are in families/. No weights are stored: value i of tensor NAME is

    float32(mean + spread * u),   u = (splitmix64(fnv1a64(NAME) + i) >> 40) / 2**23 - 1

in double arithmetic, rounded to float32 and, where the checkpoint stores bfloat16 or float16, once more to that (to nearest, ties to
even; of uint8, the whole number below. FormulaCheckpoint computes the same bits in Java. `tensors` gives [shape, mean, spread] by name; `{a-b}` in a name stands for the
numbers from a to b, and `{a-b}` twice for all pairs. The type is the shape's `dtype`, unless a fourth value names another.

Prompts are drawn until no continuation depends on rounding: the best logit of each step is at least MARGIN above the second.
`prompt_logprobs` are those of tokens 1, 2, ... of a prompt, `logprobs` those of the continuation; `bfloat16_` the same by HF in bfloat16,
of the same tokens. All are natural logarithms. Where the rotary frequencies depend on the length of the text (`by_length`), `logprobs`
come from one forward of each prefix, and `generated` is what HF's generate gives, whose cache may hold keys of both frequencies.
"""

import json
import re
import sys
import tempfile
import zlib
from pathlib import Path

import numpy
import torch
import transformers
from safetensors import safe_open
from safetensors.torch import save_file

import families

FOLDER = Path(__file__).resolve().parents[1] / "resources" / "families"
MARGIN = 2e-3
NEW_TOKENS = 24
TRIES = 200
DULL_TRIES = 12
STORED = {"F32": "float32", "BF16": "bfloat16", "F16": "float16"}
MXFP4 = {
    "quant_method": "mxfp4",
    "modules_to_not_convert": ["model.layers.*.self_attn", "model.layers.*.mlp.router", "model.embed_tokens", "lm_head"],
}


def fnv1a64(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def splitmix64(x):
    x = x + numpy.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return x ^ (x >> numpy.uint64(31))


def formula(name, shape, mean, spread, dtype):
    count = int(numpy.prod(shape))
    index = numpy.uint64(fnv1a64(name)) + numpy.arange(count, dtype=numpy.uint64)
    u = (splitmix64(index) >> numpy.uint64(40)).astype(numpy.float64) / 2**23 - 1
    values = torch.from_numpy((mean + spread * u).astype(numpy.float32)).reshape(shape)
    return values.floor() if dtype == "uint8" else values


def model_class(family):
    return getattr(transformers, family["model"])


def load(family, folder, dtype):
    torch.manual_seed(0)
    quantized = json.loads((folder / "config.json").read_text()).get("quantization_config")
    options = {"quantization_config": transformers.Mxfp4Config(dequantize=True)} if quantized else {}
    model, info = model_class(family).from_pretrained(folder, dtype=dtype, experts_implementation="eager", output_loading_info=True)
    wrong = {k: v for k, v in info.items() if v}
    assert not wrong, wrong
    return model.eval()


def write_checkpoint(family, shape, folder):
    """The folder as save_pretrained writes it, with the formula's values; gives config and tensors."""
    torch.manual_seed(0)
    config_class = getattr(transformers, family["config"])
    config = config_class(**shape["config"])
    config.architectures = [family["model"]]
    config.dtype = shape["dtype"]
    config.save_pretrained(folder)
    written = json.loads((folder / "config.json").read_text())
    edited = shape["edit"](written)
    (folder / "config.json").write_text(json.dumps(edited))
    model = model_class(family)(config_class.from_pretrained(folder)).to(getattr(torch, shape["dtype"]))
    model.save_pretrained(folder)
    if edited == written:
        edited = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(edited))
    (folder / "generation_config.json").unlink(missing_ok=True)
    file = folder / "model.safetensors"
    tensors, values = {}, {}
    with safe_open(file, "pt") as stored:
        tied = not any("lm_head" in name or "embed_out" in name for name in stored.keys())
        views = {shape["names"](name): stored.get_slice(name) for name in stored.keys()}
        facts = {name: (view.get_shape(), STORED[view.get_dtype()]) for name, view in views.items()}
        facts.update({name: (size, shape["dtype"]) for name, size in shape["extra"].items()})
        if shape["mxfp4"]:
            edited["quantization_config"] = MXFP4
            (folder / "config.json").write_text(json.dumps(edited))
            facts = {n: f for name, fact in facts.items() for n, f in packed(name, *fact)}
        for name, (size, dtype) in facts.items():
            mean, spread = families.spread(family, shape, name, size, tied)
            tensors[name] = [size, mean, spread] + ([] if dtype == shape["dtype"] else [dtype])
            values[name] = formula(name, size, mean, spread, dtype).to(getattr(torch, dtype))
    save_file(values, file, {"format": "pt"})
    return edited, tensors


def packed(name, size, dtype):
    """What an expert's matrices [experts, in, out] are in MXFP4: bytes of two numbers each, and a scale for 32."""
    if not name.endswith(("experts.gate_up_proj", "experts.down_proj")):
        return [(name, (size, dtype))]
    experts, inputs, outputs = size
    blocks = [experts, outputs, inputs // 32]
    return [(name + "_blocks", (blocks + [16], "uint8")), (name + "_scales", (blocks, "uint8"))]


@torch.no_grad()
def log_softmax(model, ids):
    logits = model(torch.tensor([ids]), use_cache=False).logits[0]
    return torch.log_softmax(logits.double(), -1)


@torch.no_grad()
def greedy(model, prompt):
    """Ids and margins, with HF's cache."""
    ids, margins = [], []
    step, cache = prompt, None
    for _ in range(NEW_TOKENS):
        out = model(torch.tensor([step]), cache=cache, use_cache=True)
        cache = out.cache
        best = out.logits[0, -1].topk(2)
        ids.append(int(best.indices[0]))
        margins.append(float(best.values[0] - best.values[1]))
        step = ids[-1:]
    return ids, margins


@torch.no_grad()
def greedy_by_prefix(model, prompt):
    """As greedy, each step by one forward of the whole text so far."""
    ids, margins, logprobs = [], [], []
    for _ in range(NEW_TOKENS):
        row = log_softmax(model, prompt + ids)[-1]
        best = row.topk(2)
        ids.append(int(best.indices[0]))
        margins.append(float(best.values[0] - best.values[1]))
        logprobs.append(float(best.values[0]))
    return ids, margins, logprobs


def chosen(rows, ids):
    return [float(rows[i, ids[i + 1]]) for i in range(len(ids) - 1)]


def rounded(values, digits):
    return [round(v, digits) for v in values]


def record(shape, model, half, prompt):
    """One prompt's answers, or None where they hang on rounding."""
    by_length = shape["by_length"]
    if by_length:
        ids, margins, logprobs = greedy_by_prefix(model, prompt)
    else:
        ids, margins = greedy(model, prompt)
    if min(margins) < MARGIN:
        return None
    rows = log_softmax(model, prompt + ids)
    whole = chosen(rows, prompt + ids)
    more = {}
    if by_length:
        generated = model.generate(torch.tensor([prompt]), max_new_tokens=NEW_TOKENS, do_sample=False, eos_token_id=None, pad_token_id=0)
        more["generated"] = generated[0, len(prompt) :].tolist()
        prompt_logprobs = chosen(log_softmax(model, prompt), prompt)
        half_logprobs = [float(log_softmax(half, prompt + ids[:i])[-1, ids[i]]) for i in range(NEW_TOKENS)]
        half_prompt = chosen(log_softmax(half, prompt), prompt)
    else:
        prompt_logprobs, logprobs = whole[: len(prompt) - 1], whole[len(prompt) - 1 :]
        assert rows[len(prompt) - 1 : -1].argmax(-1).tolist() == ids, "the cache changes what HF says"
        in_half = chosen(log_softmax(half, prompt + ids), prompt + ids)
        half_prompt, half_logprobs = in_half[: len(prompt) - 1], in_half[len(prompt) - 1 :]
    return {
        "prompt_ids": prompt,
        "ids": ids,
        "margins": [float(f"{m:.3g}") for m in margins],
        "logprobs": rounded(logprobs, 6),
        "prompt_logprobs": rounded(prompt_logprobs, 6),
        "bfloat16_logprobs": rounded(half_logprobs, 4),
        "bfloat16_prompt_logprobs": rounded(half_prompt, 4),
        **more,
    }


def prompts(family, shape, model, half, vocabulary):
    for length in shape["lengths"]:
        for attempt in range(TRIES):
            seed = zlib.crc32(f"{family['name']} {shape['name']} {length} {attempt}".encode())
            drawn = numpy.random.default_rng(seed).integers(3, vocabulary, length).tolist()
            answers = record(shape, model, half, drawn)
            # A continuation of one token that follows itself says little; some shapes have no other.
            if answers and (len(set(answers["ids"])) > 3 or attempt > DULL_TRIES):
                yield answers
                break
        else:
            raise AssertionError(f"{family['name']} {shape['name']}: no prompt of {length} tokens has such margins")


def folded(tensors):
    """Names that differ in numbers only as one, {a-b} for each number that all take."""
    groups = {}
    for name, value in tensors.items():
        template = re.sub(r"(?<=\.)\d+(?=\.)", "#", name)
        numbers = tuple(int(n) for n in re.findall(r"(?<=\.)(\d+)(?=\.)", name))
        groups.setdefault((template, json.dumps(value)), []).append(numbers)

    def fold(numbers):
        ranges = [sorted(set(column)) for column in zip(*numbers)]
        product = 1
        for r in ranges:
            product *= len(r)
        if product == len(numbers) and all(r == list(range(r[0], r[-1] + 1)) for r in ranges):
            return [ranges]
        column = next(c for c, r in enumerate(ranges) if len(r) > 1)
        return [f for v in ranges[column] for f in fold([n for n in numbers if n[column] == v])]

    lines = {}
    for (template, value), numbers in groups.items():
        for ranges in fold(numbers) if "#" in template else [[]]:
            name = template
            for r in ranges:
                name = name.replace("#", f"{{{r[0]}-{r[-1]}}}" if len(r) > 1 else str(r[0]), 1)
            lines[name] = json.loads(value)
    return lines


def shape_oracle(family, shape):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        if shape["refused"]:
            config = getattr(transformers, family["config"])(**shape["config"])
            config.save_pretrained(folder)
            return {
                "name": shape["name"],
                "refused": shape["refused"],
                "config": shape["edit"](json.loads((folder / "config.json").read_text())),
            }
        config, tensors = write_checkpoint(family, shape, folder)
        model, half = load(family, folder, torch.float32), load(family, folder, torch.bfloat16)
        vocabulary = model.get_input_embeddings().num_embeddings
        why = {"why": shape["why"]} if shape["why"] else {}
        return {
            "name": shape["name"],
            "dtype": shape["dtype"],
            "tolerance": shape["tolerance"],
            **why,
            "by_length": shape["by_length"],
            "config": config,
            "tensors": folded(tensors),
            "prompts": list(prompts(family, shape, model, half, vocabulary)),
        }


def text(oracle):
    """One line for each tensor and prompt."""

    def compact(value):
        return json.dumps(value, separators=(",", ":"))

    shapes = []
    for shape in oracle["shapes"]:
        lines = []
        for key, value in shape.items():
            if key == "tensors":
                entries = ",\n".join(f"{compact(n)}:{compact(v)}" for n, v in value.items())
                lines.append(f'"tensors":{{\n{entries}\n}}')
            elif key == "prompts":
                lines.append('"prompts":[\n' + ",\n".join(compact(p) for p in value) + "\n]")
            else:
                lines.append(f"{compact(key)}:{compact(value)}")
        shapes.append("{\n" + ",\n".join(lines) + "\n}")
    head = "".join(f"{compact(k)}:{compact(v)},\n" for k, v in oracle.items() if k != "shapes")
    return "{\n" + head + '"shapes":[\n' + ",\n".join(shapes) + "\n]\n}\n"


def main():
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(1)
    wanted = sys.argv[1:] or [f["name"] for f in families.FAMILIES]
    FOLDER.mkdir(parents=True, exist_ok=True)
    for family in families.FAMILIES:
        if family["name"] not in wanted:
            continue
        oracle = {
            "family": family["name"],
            "model": family["model"],
            "transformers": transformers.__version__,
            "shapes": [shape_oracle(family, s) for s in family["shapes"]],
        }
        file = FOLDER / f"{family['name']}.json"
        file.write_text(text(oracle))
        print(family["name"], file.stat().st_size, flush=True)


if __name__ == "__main__":
    main()
