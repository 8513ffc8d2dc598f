"""Measures how long a process takes to load a model, and the peak of its resident memory until the model is there.

    src/bench/run load [--model DIR] [--dtype float32 int8] [--threads 2]
    src/bench/run load --gb 0.5 1 3 --stored bfloat16 float32 --dtype float32 [--hf PYTHON]

Without --model it makes Llamas of random weights in target/bench: of 213 million in bfloat16, or with files of about the sizes that --gb names,
in the types of --stored. The process is src/bench's EngineAlone with a heap of 2 GB; VmHWM of /proc/PID/status is what Linux saw at most,
libraries, the part of the heap in use and what is mapped of the files included. --hf names a Python with torch and transformers, which
loads the same with from_pretrained. "Times the weights" is the peak without that of the same process with data/models/tiny, divided by
the size of the weights in the dtype.
"""

import argparse
import json
import random
import subprocess
import time
from pathlib import Path

import side_by_side
from side_by_side import ROOT, WORK

VOCAB, HIDDEN, MLP, LAYERS, HEADS, KV_HEADS, HEAD_DIM = 32_000, 1024, 2816, 16, 16, 4, 64


BYTES = {"bfloat16": 2, "float32": 4, "int8": 1}


def tensors(layers):
    """Name and shape of each tensor."""
    yield "model.embed_tokens.weight", (VOCAB, HIDDEN)
    yield "model.norm.weight", (HIDDEN,)
    for i in range(layers):
        layer = f"model.layers.{i}."
        yield layer + "input_layernorm.weight", (HIDDEN,)
        yield layer + "post_attention_layernorm.weight", (HIDDEN,)
        for name, rows in (("q", HEADS * HEAD_DIM), ("k", KV_HEADS * HEAD_DIM), ("v", KV_HEADS * HEAD_DIM)):
            yield f"{layer}self_attn.{name}_proj.weight", (rows, HIDDEN)
        yield layer + "self_attn.o_proj.weight", (HIDDEN, HEADS * HEAD_DIM)
        yield layer + "mlp.gate_proj.weight", (MLP, HIDDEN)
        yield layer + "mlp.up_proj.weight", (MLP, HIDDEN)
        yield layer + "mlp.down_proj.weight", (HIDDEN, MLP)


def elements(shape):
    return shape[0] * (shape[1] if len(shape) == 2 else 1)


def weights(layers):
    return sum(elements(shape) for _, shape in tensors(layers))


def layers_of(gigabytes, stored):
    wanted = gigabytes * 1e9 / BYTES[stored]
    return max(1, round((wanted - weights(0)) / (weights(1) - weights(0))))


def write_random(folder, layers, stored):
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "model_type": "llama",
        "vocab_size": VOCAB,
        "hidden_size": HIDDEN,
        "intermediate_size": MLP,
        "num_hidden_layers": layers,
        "num_attention_heads": HEADS,
        "num_key_value_heads": KV_HEADS,
        "rms_norm_eps": 1e-5,
        "tie_word_embeddings": True,
        "dtype": stored,
    }
    (folder / "config.json").write_text(json.dumps(config))
    # The engine alone reads no text.
    (folder / "tokenizer.json").write_text("{}")
    header, offset = {}, 0
    size = BYTES[stored]
    for name, shape in tensors(layers):
        end = offset + size * elements(shape)
        header[name] = {"dtype": {2: "BF16", 4: "F32"}[size], "shape": shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    # Upper bytes that make numbers of magnitude 2^-7 to 2^-6, of either sign.
    upper = bytes(b & 0x80 | 0x3C for b in range(256))
    source = random.Random(1)
    with open(folder / "model.safetensors", "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for _, shape in tensors(layers):
            data = bytearray(source.randbytes(size * elements(shape)))
            data[size - 1 :: size] = data[size - 1 :: size].translate(upper)
            file.write(data)


def peak_kib(process):
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise SystemExit("this system does not tell VmHWM")


HF = """
import sys, time
start = time.monotonic()
import torch
from transformers import AutoModelForCausalLM
torch.set_num_threads(int(sys.argv[3]))
model = AutoModelForCausalLM.from_pretrained(sys.argv[1], dtype=getattr(torch, sys.argv[2]))
print(time.monotonic() - start, flush=True)
sys.stdin.read()
"""


def hf(a, dtype):
    """Seconds and peak in KiB of transformers."""
    command = [a.hf, "-c", HF, a.model, dtype, str(a.threads)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    seconds = float(process.stdout.readline())
    peak = peak_kib(process)
    process.communicate("")
    return seconds, peak


def gensweep(a, dtype):
    start = time.monotonic()
    contender = side_by_side.engine(a, dtype)
    seconds = time.monotonic() - start
    peak = peak_kib(contender.process)
    contender.close()
    return seconds, peak


def measure(a, numbers):
    """Lines of the table for one model; numbers: how many weights it has, if that is known."""
    stored = sum(file.stat().st_size for file in a.model.glob("*.safetensors"))
    for dtype in a.dtype:
        for name, load in [("gensweep", gensweep)] + ([("transformers", hf)] if a.hf and dtype != "int8" else []):
            seconds, peak = load(a, dtype)
            times = ""
            if numbers:
                times = f"{(peak - a.base[name]) * 1024 / numbers / BYTES[dtype]:.2f}"
            print(f"| {a.model.name} | {stored / 1e9:.2f} | {name} | {dtype} | {seconds:.1f} | {peak / 1024:,.0f} | {times} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--gb", type=float, nargs="+", default=[])
    parser.add_argument("--stored", nargs="+", default=["bfloat16"], choices=["bfloat16", "float32"])
    parser.add_argument("--dtype", nargs="+", default=["float32", "int8"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--hf", type=Path)
    a = parser.parse_args()
    a.batch, a.prompt, a.new = [1], 64, 64
    WORK.mkdir(parents=True, exist_ok=True)
    print("| model | file GB | | dtype | seconds | peak MiB | times the weights |\n|---|---|---|---|---|---|---|", flush=True)
    if a.model:
        measure(a, None)
        return
    a.model = ROOT / "data" / "models" / "tiny"
    a.base = {"gensweep": gensweep(a, "float32")[1], "transformers": hf(a, "float32")[1] if a.hf else 0}
    sizes = [(f"random-{gb:g}gb-{stored}", layers_of(gb, stored), stored) for stored in a.stored for gb in a.gb]
    for name, layers, stored in sizes or [("random", LAYERS, "bfloat16")]:
        a.model = WORK / name
        if not (a.model / "model.safetensors").exists():
            write_random(a.model, layers, stored)
        measure(a, weights(layers))


if __name__ == "__main__":
    main()
