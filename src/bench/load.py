"""Measures the peak of the resident memory of a process that loads a model, from its start until the model is there.

    src/bench/run load [--model DIR] [--dtype float32 int8] [--threads 2]

Without --model it makes a Llama of 213 million random bfloat16 weights in target/bench/random. The process is src/bench's EngineAlone with a
heap of 2 GB; VmHWM of /proc/PID/status is what Linux saw at most, libraries and the part of the heap in use included.
"""

import argparse
import json
import random
import time
from pathlib import Path

import side_by_side
from side_by_side import WORK

VOCAB, HIDDEN, MLP, LAYERS, HEADS, KV_HEADS, HEAD_DIM = 32_000, 1024, 2816, 16, 16, 4, 64


def tensors():
    """Name and shape of each tensor."""
    yield "model.embed_tokens.weight", (VOCAB, HIDDEN)
    yield "model.norm.weight", (HIDDEN,)
    for i in range(LAYERS):
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


def write_random(folder):
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "model_type": "llama",
        "vocab_size": VOCAB,
        "hidden_size": HIDDEN,
        "intermediate_size": MLP,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": KV_HEADS,
        "rms_norm_eps": 1e-5,
        "tie_word_embeddings": True,
        "dtype": "bfloat16",
    }
    (folder / "config.json").write_text(json.dumps(config))
    # The engine alone reads no text.
    (folder / "tokenizer.json").write_text("{}")
    header, offset = {}, 0
    for name, shape in tensors():
        end = offset + 2 * elements(shape)
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    # Upper bytes that make numbers of magnitude 2^-7 to 2^-6, of either sign.
    upper = bytes(b & 0x80 | 0x3C for b in range(256))
    source = random.Random(1)
    with open(folder / "model.safetensors", "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for _, shape in tensors():
            data = bytearray(source.randbytes(2 * elements(shape)))
            data[1::2] = data[1::2].translate(upper)
            file.write(data)


def peak_kib(process):
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise SystemExit("this system does not tell VmHWM")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=WORK / "random")
    parser.add_argument("--dtype", nargs="+", default=["float32", "int8"])
    parser.add_argument("--threads", type=int, default=2)
    a = parser.parse_args()
    a.batch, a.prompt, a.new = [1], 64, 64
    WORK.mkdir(parents=True, exist_ok=True)
    if a.model == WORK / "random" and not (a.model / "model.safetensors").exists():
        write_random(a.model)
    stored = sum(file.stat().st_size for file in a.model.glob("*.safetensors"))
    print(f"{a.model}: {stored / 2**20:,.0f} MiB of weights\n\n| dtype | peak MiB | seconds |\n|---|---|---|")
    for dtype in a.dtype:
        start = time.monotonic()
        contender = side_by_side.engine(a, dtype)
        seconds = time.monotonic() - start
        print(f"| {dtype} | {peak_kib(contender.process) / 1024:,.0f} | {seconds:.1f} |", flush=True)
        contender.close()


if __name__ == "__main__":
    main()
