"""Compiles every kernel that a decoder's steps need, on a machine without a GPU, with torch and triton:

    python src/main/native/cuda/compile_ahead.py [--shape 1b] [--rows 1 64] [--prefill 512] [80 86 89 90 100 120]

Prints a line for each kernel; ends with 1 when one needs more shared memory than a card of that capability has.
"""

import argparse
import sys
import time

import torch
import triton
from triton.backends.compiler import GPUTarget
from triton.runtime import driver

import step


# KiB of shared memory that one program may have.
SHARED = {80: 163, 86: 99, 89: 99, 90: 227, 100: 227, 103: 227, 120: 99}


class NoCard:
    """Stands in for the driver of a card of one compute capability; kernels can be compiled for it, none can run."""

    def __init__(self, capability):
        self.target = GPUTarget("cuda", capability, 32)

    def get_current_target(self):
        return self.target

    def get_current_device(self):
        return 0

    def get_current_stream(self, device):
        return 0

    def get_active_torch_device(self):
        return torch.device("meta")


def empty(*n, dtype=torch.int32):
    return torch.empty(n, device="meta", dtype=dtype)


def one_layer(shape, dtype, pdl, ahead, tiles):
    small = step.Shape(**{**vars(shape), "layers": 1})
    return step.Decoder(step.Weights.random(small, dtype, "meta"), step.Launcher(pdl=pdl, compile_only=True, ahead=ahead), 512, tiles)


def compile_products(shape, dtype, rows, pdl, tiles, kinds):
    """Compiles the products `kinds` of steps of each of `rows` with tiles by (kind, bucket of rows)."""
    decoder = one_layer(shape, dtype, pdl, True, tiles)
    layer, s = decoder.w.layers[0], decoder.w.shape
    for m in rows:
        for kind, n, k in [p[:3] for p in s.products() if p[0] in kinds]:
            x, y = empty(m, k, dtype=dtype), empty(m, n, dtype=dtype)
            if kind == "gated":
                decoder.gated(x, layer.gate, layer.up, y)
            else:
                decoder.product(kind, x, decoder.w.head if kind == "head" else getattr(layer, kind), y)
    return decoder.launch.compiled


def compile_attention(shape, dtype, rows, pdl, chunk, tile, parts):
    """Compiles attention of a decode step of `rows` rows, or of prefill with rows = 0, with chunks of `chunk` positions."""
    decoder = one_layer(shape, dtype, pdl, True, None)
    decoder.chunk, decoder.decode_attention, decoder.prefill_attention = chunk, tile, tile
    s, layer, m = decoder.w.shape, decoder.w.layers[0], max(1, rows)
    y = empty(m, s.heads * s.head, dtype=dtype)
    cache = step.Cache(s, m, 256, dtype, "meta")
    if rows:
        part = empty(m, s.heads, 256 // chunk, s.head, dtype=torch.float32) if parts > 1 else None
        qkv = empty(m, (s.heads + 2 * s.kv) * s.head, dtype=dtype)
        decoder.attend(layer, qkv, cache, 0, y, positions=empty(m), starts=cache.starts, part=part, stats=part, parts=parts)
    else:
        decoder.attend(layer, y, cache, 0, y, tiles=empty(1, 4))
    return decoder.launch.compiled


def compile_all(shape, dtype, rows, prefill, pdl, tiles=None, ahead=True):
    """Compiles the kernels of decode steps of each of `rows` and of prefill chunks of each of `prefill` rows; the compiled kernels."""
    decoder = one_layer(shape, dtype, pdl, ahead, tiles)
    launch, small = decoder.launch, decoder.w.shape
    for m in rows:
        logits = decoder.decode(empty(m, dtype=torch.int64), empty(m), step.Cache(small, m, 256, dtype, "meta"))
        decoder.candidates(logits, empty(m, dtype=torch.float32))
    for m in prefill:
        cache = step.Cache(small, 1, m, dtype, "meta")
        decoder.prefill(empty(m, dtype=torch.int64), decoder.places([(0, 0, m)], cache), cache, empty(1, dtype=torch.int64))
    return list({id(k): k for k in launch.compiled}.values())


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("capabilities", nargs="*", type=int, default=[80, 90], help="of " + " ".join(map(str, SHARED)))
    p.add_argument("--shape", default="1b", choices=step.SHAPES)
    p.add_argument("--dtype", default="bfloat16")
    p.add_argument("--rows", nargs="*", type=int, default=[1, 64])
    p.add_argument("--prefill", nargs="*", type=int, default=[512])
    a = p.parse_args()
    too_large = 0
    for capability in a.capabilities:
        driver.set_active(NoCard(capability))
        for f in vars(step.ks).values():
            if isinstance(f, triton.runtime.JITFunction):
                f.device_caches.clear()
        start = time.time()
        pdl = 2 if capability >= 90 else 0
        compiled = compile_all(step.SHAPES[a.shape], getattr(torch, a.dtype), a.rows, a.prefill, pdl)
        for k in {k.asm["cubin"]: k for k in compiled}.values():
            ptx, meta = k.asm["ptx"], k.metadata
            unit = next((u for u in ("tcgen05.mma", "wgmma", "mma.sync") if u in ptx), "-")
            large = meta.shared > SHARED[capability] << 10
            too_large += large
            print(
                f"sm_{capability} {meta.name:18} {len(k.asm['cubin']):7} bytes, {meta.shared:6} bytes of shared memory, "
                f"{meta.num_warps} warps, {unit}{', tensor maps' if 'cp.async.bulk.tensor' in ptx else ''}{', TOO LARGE' if large else ''}",
                flush=True,
            )
        print(f"sm_{capability}: {time.time() - start:.0f} s", flush=True)
    return int(too_large > 0)


if __name__ == "__main__":
    sys.exit(main())
