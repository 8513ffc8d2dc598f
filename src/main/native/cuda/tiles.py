"""Tiles of the products by number of rows. They change how long a product takes, never its bits.

Measured by `src/bench/gpu/run --only tune` on an H200 with Triton 3.6, in a chain of products and norms; matrices of fewer than 4,096 rows
(a 1B's) like other tiles than those of more. For rows of 32 and 128 tiles are neighbours' and were not measured. Other cards: run it there.
"""

from typing import NamedTuple


class Tile(NamedTuple):
    """rows x columns of the output a program makes, depth of K a turn, warps, turns in flight, tensor descriptors, tiles of rows that share
    columns, bytes of each weight row asked for before the kernel ahead has ended (power of two)."""

    rows: int
    columns: int
    depth: int
    warps: int
    stages: int
    tma: bool = False
    group: int = 1
    ahead: int = 1024


BUCKETS = (16, 32, 64, 128, 256, 512)  # rows of a step, rounded up; more rows than the last take the tiles of the last


def bucket(rows):
    return next((b for b in BUCKETS if rows <= b), BUCKETS[-1])


def tma(*t, **more):
    return Tile(*t, tma=True, **more)


def tile(kind, rows, n, k, bytes_each, tensor_maps=True):
    """A tile for a product of `rows` rows with a matrix [n, k] of elements of `bytes_each` bytes; kind: qkv, out, gated, down or head.

    tensor_maps: whether the card has the copy engine that tensor descriptors need (compute capability 9.0 on).
    """
    b = bucket(rows)
    if bytes_each == 4:  # float32 runs on ordinary units
        return Tile(16, 32, 32, 4, 2) if b <= 16 else Tile(32, 32, 32, 4, 2)
    if not tensor_maps:
        return _without_tensor_maps(kind, b, n)
    small = n < 4096
    if kind == "gated":
        return {
            16: tma(16, 32, 256, 4, 3),
            32: tma(32, 32, 128, 4, 5),
            64: tma(64, 64, 128, 4, 4),
            128: tma(128, 64, 64, 4, 5),
            256: tma(128, 128, 64, 8, 4) if n < 10000 else tma(256, 64, 64, 8, 3),
            512: tma(128, 128, 64, 8, 4, group=8),
        }[b]
    if kind == "head":
        return {
            16: tma(16, 64, 128, 4, 5),
            32: tma(32, 64, 128, 4, 5),
            64: tma(64, 128, 128, 4, 4),
            128: tma(128, 128, 64, 8, 4),
            256: tma(256, 128, 64, 8, 4),
            512: tma(256, 128, 64, 8, 4, group=4),
        }[b]
    if b <= 16:
        if kind == "qkv" and not small:
            return tma(16, 64, 256, 4, 4)
        return tma(16, 32, 512, 4, 4) if kind == "down" else tma(16, 32, 256, 4, 6)
    if b <= 64:
        return tma(b, 64, 128, 4, 6) if kind == "qkv" and not small else tma(b, 32, 128, 4, 8)
    if b == 128:
        return tma(128, 32, 128, 4, 5)
    if b == 256:
        if kind == "qkv":
            return tma(128, 64, 64, 4, 8) if small else tma(128, 128, 64, 4, 6)
        return tma(128, 32, 128, 4, 5) if small else tma(128, 64, 64, 4, 8)
    return tma(256, 128, 64, 8, 4, group=4)


def _without_tensor_maps(kind, b, n):
    """Tiles with plain loads, for cards before compute capability 9.0: not measured there."""
    if kind == "gated":
        return {
            16: Tile(16, 32, 128, 4, 4),
            32: Tile(32, 32, 128, 4, 3),
            64: Tile(64, 64, 64, 4, 3),
            128: Tile(128, 64, 64, 8, 3),
            256: Tile(128, 64, 64, 8, 3),
            512: Tile(128, 64, 64, 8, 3, group=8),
        }[b]
    if b <= 64:
        return Tile(b, 32, 128, 4, 4)
    return Tile(128, 64, 64, 4, 3) if b <= 256 else Tile(128, 128, 64, 8, 3, group=8)
