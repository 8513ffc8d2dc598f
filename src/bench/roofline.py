"""Computes how fast any engine could be at best, for side_by_side.py: reads what to generate from standard input and answers on
standard output, as EngineAlone.java does. src/bench/run starts it.

    roofline.py MODEL_FOLDER DTYPE THREADS

It times what no engine can leave out, on weights of the model's shapes: the matrix products of prefill and decode, by the faster of
oneDNN's kernels and the project's own, and one reading of the KV cache for each step. All else (attention, norms, sampling) is free.
"""

import ctypes
import functools
import json
import re
import sys
import time
from pathlib import Path

import torch

LIBRARY = Path(__file__).resolve().parents[1] / "main/resources/io/gensweep/model/linux-x86_64/libgensweep.so"
CALL_TOKENS = 256  # of one prefill product
RMS = 1  # a kind of norm, in kernels.h
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "int8": torch.float32}


def shapes(config):
    """[out, in] of the products of a layer, and of the head; and how wide K is."""
    hidden, heads, mlp = config["hidden_size"], config["num_attention_heads"], config["intermediate_size"]
    size = config.get("head_dim") or hidden // heads
    k = config.get("num_key_value_heads", heads) * size
    of_layer = [(heads * size + 2 * k, hidden), (hidden, heads * size), (mlp, hidden), (mlp, hidden), (hidden, mlp)]
    return of_layer, (config["vocab_size"], hidden), k


def load_kernels(dtype):
    """Loads src/main/native if this processor runs it, and has AVX-512 compute the type where CpuFeatures.java would."""
    found = re.search(r"^flags.*$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    flags = found.group().split() if found else []
    if not {"avx2", "fma"} <= set(flags):
        return False
    torch.ops.load_library(str(LIBRARY))
    needs = {"float32": "avx512vl", "bfloat16": "avx512_bf16", "int8": "avx512_vnni"}[dtype]
    wide = "avx512vl" in flags and needs in flags
    ctypes.CDLL(str(LIBRARY)).Java_io_gensweep_model_Kernels_useAvx512(None, None, wide, wide, wide)
    return True


def quantised(weight):
    return weight.mul(40).round().clamp(-127, 127).to(torch.int8)


def onednn(out, width, dtype):
    """A function of the number of rows that runs one product; its input is made in the first run, which is not timed."""
    weight = torch.randn(out, width)
    if dtype == "int8":
        packed = torch.ops.onednn.qlinear_prepack(quantised(weight), None)
        scale, zero = torch.ones(out), torch.zeros(out, dtype=torch.int32)

        @functools.cache
        def rows_of(rows):
            return torch.randint(0, 255, (rows, width), dtype=torch.uint8)

        def run(rows):
            torch.ops.onednn.qlinear_pointwise(rows_of(rows), 1.0, 128, packed, scale, zero, None, 1.0, 0, torch.float32, "none", [], "")
    else:
        packed = torch.ops.mkldnn._reorder_linear_weight(weight.to(DTYPES[dtype]), 64)

        @functools.cache
        def rows_of(rows):
            return torch.randn(rows, width).to(DTYPES[dtype])

        def run(rows):
            torch.ops.mkldnn._linear_pointwise(rows_of(rows), packed, None, "none", [], "")

    return run


def own(out, width, dtype):
    """The same by the project's kernels, the norm before it included."""
    weight = torch.randn(out, width)
    weight = quantised(weight) if dtype == "int8" else weight.to(DTYPES[dtype])
    packed = torch.empty(torch.ops.gensweep.packed_bytes(weight), dtype=torch.uint8)
    torch.ops.gensweep.pack(packed, weight, torch.ones(out), torch.empty(0))
    handle, none = torch.zeros(1, dtype=torch.int64), torch.empty(0)
    torch.ops.gensweep.decoder(handle, dtype=15 if dtype == "bfloat16" else 6, hidden=width, int8=dtype == "int8")
    norm = torch.ones(width, dtype=DTYPES[dtype])
    torch.ops.gensweep.set_head(handle, norm, none, packed, vocab=out, norm_kind=RMS, norm_eps=1e-5, scale=1.0, cap=0.0)

    @functools.cache
    def tensors(rows):
        x, y = torch.randn(rows, width).to(DTYPES[dtype]), torch.empty(rows, out, dtype=DTYPES[dtype])
        return y, x, torch.empty(rows * (4 * width + 256) + 4096, dtype=torch.uint8)

    def run(rows):
        y, x, scratch = tensors(rows)
        torch.ops.gensweep.head(y, x, scratch, decoder=int(handle))

    return run


def seconds(work, least=0.5):
    """Of one call, by the best of several: what else the machine does is not the limit."""
    work()
    best, end = float("inf"), time.perf_counter() + least
    while time.perf_counter() < end:
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def main(folder, dtype, threads):
    torch.set_num_threads(int(threads))
    start = time.perf_counter()
    config = json.loads(Path(folder, "config.json").read_text())
    of_layer, head, k = shapes(config)
    kinds = [onednn]
    if load_kernels(dtype):
        kinds.append(own)
    sets = [([kind(*shape, dtype) for _ in range(config["num_hidden_layers"]) for shape in of_layer], kind(*head, dtype)) for kind in kinds]
    token_bytes = 2 * config["num_hidden_layers"] * k * DTYPES[dtype].itemsize
    memory = torch.ones(1 << 26)  # 256 MiB: larger than any cache
    print(json.dumps({"load_seconds": time.perf_counter() - start}), flush=True)
    for line in sys.stdin:
        tokens, samples, path = line.rstrip("\n").split(" ", 2)
        prompts = [len(prompt.split()) for prompt in Path(path).read_text().splitlines()]
        rows, tokens = len(prompts) * int(samples), int(tokens)
        with torch.inference_mode():
            prefill = min(seconds(lambda: [run(CALL_TOKENS) for run in layers]) for layers, _ in sets) * sum(prompts) / CALL_TOKENS
            step = min(seconds(lambda: [run(rows) for run in [*layers, last]]) for layers, last in sets)
            reading = seconds(lambda: memory.sum()) / (memory.numel() * 4)
        cache = int(samples) * sum(length + tokens / 2 for length in prompts) * token_bytes * reading
        print(json.dumps({"tokens": rows * tokens, "seconds": prefill + tokens * (step + cache)}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
