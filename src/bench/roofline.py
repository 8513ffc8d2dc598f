"""How fast the work could be at best, asked over standard input in the way of EngineAlone.java.

Arguments: model folder, dtype, threads. Times what no engine can leave out: the matrix products of prefill and decode, by the
kernels that the engine calls and on weights of the model's shapes, and one reading of the KV cache for each step. All else
(attention, norms, sampling) counts as free.
"""

import functools
import json
import sys
import time
from pathlib import Path

import torch

CALL_TOKENS = 256  # of one prefill product
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "int8": torch.float32}


def shapes(config):
    """[out, in] of the products of a layer, and of the head; and how wide K is."""
    hidden, heads, mlp = config["hidden_size"], config["num_attention_heads"], config["intermediate_size"]
    size = config.get("head_dim") or hidden // heads
    k = config.get("num_key_value_heads", heads) * size
    of_layer = [(heads * size + 2 * k, hidden), (hidden, heads * size), (mlp, hidden), (mlp, hidden), (hidden, mlp)]
    return of_layer, (config["vocab_size"], hidden), k


def product(out, width, dtype):
    """A function of the number of rows that runs one product; its input is made in the first run, which is not timed."""
    weight = torch.randn(out, width)
    if dtype == "int8":
        packed = torch.ops.onednn.qlinear_prepack(weight.mul(40).round().clamp(-127, 127).to(torch.int8), None)
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
    layers = [product(*shape, dtype) for _ in range(config["num_hidden_layers"]) for shape in of_layer]
    head = product(*head, dtype)
    token_bytes = 2 * config["num_hidden_layers"] * k * DTYPES[dtype].itemsize
    memory = torch.ones(1 << 26)  # 256 MiB: larger than any cache
    print(json.dumps({"load_seconds": time.perf_counter() - start}), flush=True)
    for line in sys.stdin:
        tokens, samples, path = line.rstrip("\n").split(" ", 2)
        prompts = [len(prompt.split()) for prompt in Path(path).read_text().splitlines()]
        rows, tokens = len(prompts) * int(samples), int(tokens)
        with torch.inference_mode():
            prefill = seconds(lambda: [run(CALL_TOKENS) for run in layers]) * sum(prompts) / CALL_TOKENS
            step = seconds(lambda: [run(rows) for run in [*layers, head]])
            reading = seconds(lambda: memory.sum()) / (memory.numel() * 4)
        cache = int(samples) * sum(length + tokens / 2 for length in prompts) * token_bytes * reading
        print(json.dumps({"tokens": rows * tokens, "seconds": prefill + tokens * (step + cache)}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
