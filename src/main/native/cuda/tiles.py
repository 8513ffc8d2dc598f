"""Tiles of the products by number of rows. They change how long a product takes, never its bits."""
from typing import NamedTuple


class Tile(NamedTuple):
    """rows x columns of the output a program makes, depth of K a turn, warps, turns in flight, tensor descriptors, tiles of rows that share
    columns, bytes of each weight row asked for before the kernel ahead has ended (power of two), programs a multiprocessor that stay and make
    one tile after another (0: a program a tile)."""
    rows: int
    columns: int
    depth: int
    warps: int
    stages: int
    tma: bool = False
    group: int = 1
    ahead: int = 1024
    each: int = 0


BUCKETS = (16, 32, 64, 128, 256, 512)  # rows of a step, rounded up; more rows than the last take the tiles of the last


def bucket(rows):
    return next((b for b in BUCKETS if rows <= b), BUCKETS[-1])


def tile(kind, rows, n, k, bytes_each):
    """A tile for a product of `rows` rows with a matrix [n, k] of elements of `bytes_each` bytes; kind: qkv, out, gated, down or head."""
    b = bucket(rows)
    if bytes_each == 4:  # float32 runs on ordinary units
        return Tile(16, 32, 32, 4, 2) if b <= 16 else Tile(32, 32, 32, 4, 2)
    if kind == "gated":
        return {16: Tile(16, 32, 128, 4, 4), 32: Tile(32, 32, 128, 4, 3), 64: Tile(64, 64, 64, 4, 4), 128: Tile(128, 64, 64, 8, 4),
                256: Tile(256, 64, 64, 8, 3), 512: Tile(128, 128, 64, 8, 3, group=8, ahead=0)}[b]
    small = 16 if n < 4096 else 32
    if b <= 16:
        return Tile(16, small, 256, 4, 4)
    if b <= 64:
        return Tile(b, 64 if kind == "head" else small, 64 if kind == "head" else 128, 4, 5)
    if b == 128:
        return Tile(128, 128 if kind == "head" else 32, 64 if kind == "head" else 128, 8 if kind == "head" else 4, 4)
    if b == 256:
        if kind == "head":
            return Tile(256, 128, 64, 8, 3)
        return Tile(128, 32 if n < 4096 else 64, 128, 4, 3)
    return Tile(128, 256, 64, 8, 3, group=8, ahead=0)
