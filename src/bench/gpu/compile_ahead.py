"""Compiles the kernels of a trial's steps into Triton's cache without a GPU; those of the engine are compiled by `archive.py`."""

import torch
from triton.backends.compiler import GPUTarget
from triton.runtime import driver

import step


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


def pretend(capability):
    """Makes Triton compile for a card that is not here."""
    driver.set_active(NoCard(capability))


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
