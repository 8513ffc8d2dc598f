"""Records which kernels `src/main/native/cuda/step.py` launches, with which grids and arguments, for DecoderLaunchesTest:

    python src/test/python/record_gpu_launches.py > src/test/resources/io/gensweep/model/cuda/launches.json

Needs torch and triton; no card. An argument is a whole number, a float, the number of a buffer as ["buffer", n] by first appearance, or null
where the kernel does not read it. Kernels have the names of the archives of `archive.py`.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "src/main/native/cuda"), str(ROOT / "src/bench/gpu")]

import torch

import archive
import compile_ahead
import kernels as ks
import step


class Recorder(step.Launcher):
    """Takes the place of launches."""

    def __init__(self):
        super().__init__(pdl=2)
        self.launches, self.buffers = [], []

    def place(self, tensor):
        storage = tensor.untyped_storage()._cdata
        if storage not in [s for s, _ in self.buffers]:
            self.buffers.append((storage, tensor))
        return ["buffer", [s for s, _ in self.buffers].index(storage)]

    def argument(self, value):
        if isinstance(value, torch.Tensor):
            return self.place(value)
        if hasattr(value, "base"):
            return self.place(value.base)
        return value

    def __call__(self, kernel, grid, *args, **options):
        names = [n for n in kernel.arg_names if n not in options and n != "PDL"]
        named = dict(zip(names, args))
        for unused in unread(kernel, options):
            named[unused] = None
        for name, value in named.items():
            require_type(kernel, name, value)
        self.launches.append(
            dict(
                kernel=name_of(kernel, named, options),
                grid=[*grid, 1, 1][:3],
                arguments=[None if v is None else self.argument(v) for v in named.values()],
            )
        )


def require_type(kernel, name, value):
    """Archives take an argument's type from its name: it has to be that of the tensor that it is here. ids are wider here."""
    if not isinstance(value, torch.Tensor):
        return
    compiled = archive.type_of(name, "bfloat16", {})
    here = {torch.bfloat16: "*bf16", torch.float32: "*fp32", torch.int32: "*i32", torch.int64: "*i32"}[value.dtype]
    if compiled != here:
        raise SystemExit(f"{kernel.fn.__name__}: {name} is compiled as {compiled} and launched with {here}")


def unread(kernel, options):
    """Arguments that a kernel with these constants does not read."""
    if kernel is ks.product_kernel and not options["BIAS"]:
        yield "bias"
    if kernel in (ks.attend_kernel, ks.rotate_kernel) and not options["NORM"]:
        yield from ("q_norm", "k_norm", "eps")
    if kernel is ks.attend_kernel:
        yield from ("tiles",) if options["DECODE"] else ("positions", "starts", "cos", "sin")
        if not options["SPLIT"]:
            yield from ("part", "stats")


def name_of(kernel, named, options):
    base = kernel.fn.__name__.removesuffix("_kernel")
    norm = "+norm" if options.get("NORM") else ""
    if base in ("product", "gated"):
        sizes = [options[n] for n in ("BM", "BN", "BK", "num_warps", "num_stages", "GROUP")]
        ahead = options["LINES"] * (128 if base == "product" else 256)
        form = ("+bias" if options.get("BIAS") else "") + ("+add" if options.get("ADD") else "")
        return f"{base}/{'x'.join(map(str, [*sizes, ahead]))}{form}"
    if base == "attend":
        form = "prefill"
        if options["DECODE"]:
            form = "split" if options["SPLIT"] else "decode" if options["LINES"] else "wide"
        return f"attend/{options['D']}/{form}{norm}"
    if base in ("rotate", "join"):
        return f"{base}/{options['D']}{norm}"
    if base == "norm":
        return f"norm/{max(1024, options['BLOCK'])}"
    return f"candidates/{max(512, options['GROUPS'])}" if base == "candidates" else base


def empty(*n, dtype=torch.int32):
    return torch.empty(n, device="meta", dtype=dtype)


def decoder_of(norm_heads):
    shape = step.Shape(2048, 8192, 2, 32, 8, 64, 128256, norm_heads=norm_heads)
    recorder = Recorder()
    decoder = step.Decoder(step.Weights.random(shape, torch.bfloat16, "meta"), recorder, 512)
    decoder.tensor_maps = True
    return decoder, recorder, shape


def cache_of(shape, slots):
    cache = step.Cache(shape, slots, 4096, torch.bfloat16, "meta")
    cache.stride = 2 * shape.layers * shape.kv * step.PAGE * shape.head
    return cache


def decode(rows, norm_heads):
    decoder, recorder, shape = decoder_of(norm_heads)
    logits = decoder.decode(empty(rows), empty(rows), cache_of(shape, rows))
    decoder.candidates(logits, empty(rows, dtype=torch.float32))
    return dict(kind="decode", rows=rows, norm_heads=norm_heads, launches=recorder.launches)


def score(tokens, asked, norm_heads):
    """A prefill of one prompt, of which the first `asked` tokens are asked for what follows them."""
    decoder, recorder, shape = decoder_of(norm_heads)
    cache = cache_of(shape, 1)
    logits = decoder.prefill(empty(tokens), decoder.places([(0, 0, tokens)], cache), cache, empty(asked))
    decoder.candidates(logits, empty(asked, dtype=torch.float32))
    return dict(kind="score", tokens=tokens, asked=asked, norm_heads=norm_heads, launches=recorder.launches)


if __name__ == "__main__":
    compile_ahead.pretend(90)
    cases = [decode(1, False), decode(3, True), decode(16, False), decode(100, True), decode(256, False)]
    cases += [score(300, 200, False), score(17, 5, True)]
    json.dump(cases, sys.stdout, indent=1)
    print()
