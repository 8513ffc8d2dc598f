"""Compiles the kernels beside this file into archives that the engine reads, on a machine without a GPU; needs triton 3.6.0 alone.

    python src/main/native/cuda/archive.py [--out FOLDER] [--only PATTERN ...] [80 90 100 120 0]

One archive a compute capability and type, `sm_90-bfloat16.zip`: a file for each kernel and index.json, which says of each kernel its file,
entry, threads, bytes of shared memory and the boxes of its tensor maps, and of each product which kernel takes it. Capability 0 is PTX for
cards that come later. Contents are the same wherever they are compiled, but what uses the tensor memory of 10.0 comes in one of two images by
chance; how a zip deflates them may differ.
"""

import argparse
import fnmatch
import hashlib
import json
import multiprocessing
import os
import sys
import zipfile
from pathlib import Path

os.environ["TRITON_DISABLE_LINE_INFO"] = "1"  # images would name the folder that they were compiled in

import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

import kernels as ks
from tiles import BUCKETS, tile

RESOURCES = Path(__file__).resolve().parents[2] / "resources/io/gensweep/model/cuda"
TRITON = "3.6.0"
# KiB of shared memory that one program may have; those of 8.6 and 8.9 run what is compiled for 8.0, and have the least.
SHARED = {0: 99, 80: 99, 90: 227, 100: 227, 120: 99}
PAGE = 32
CHUNK = 64  # positions that attention takes at a time
HEADS = (32, 64, 96, 128)
NORM_BLOCKS = (1024, 2048, 4096, 8192)
CANDIDATE_GROUPS = (512, 1024, 2048, 4096, 8192)  # each of 64 logits
LOGITS = 4096  # of a program of groups_kernel
PREFILL_ROWS = {"bfloat16": 64, "float32": 32}  # queries of a program of attention
# Rows of products by which tiles are chosen, and what stands for each kind of size.
SIZES = {"small": 2048, "medium": 8192, "large": 16384}
KINDS = ("qkv", "out", "gated", "down", "head")
POINTERS = {
    "bfloat16": "*bf16",
    "float32": "*fp32",
}
# Types of arguments by their names; the others point to numbers of the model's type.
INTS = {"H", "M", "N", "K", "KV", "G", "V", "stride", "chunks", "parts", "window", "heads", "blocks", "count"}
FLOATS = {"eps", "scale"}
INT_POINTERS = {"ids", "positions", "starts", "tiles", "table", "rows"}
FLOAT_POINTERS = {"cos", "sin", "part", "stats", "inverse", "groups", "sums", "values", "sums_out"}
MULTIPLES_OF_16 = {"H", "N", "K", "stride"}


def kernel(name, function, constants, warps, stages=3, fused=True, **types):
    """A kernel to compile. types: of arguments whose names do not say it; fused: whether products and sums may be fused."""
    return dict(name=name, function=function, constants=constants, warps=warps, stages=stages, fused=fused, types=types)


def power_of_two(n):
    return 1 << (n - 1).bit_length()


def products(capability, dtype):
    """The kernels of products, by name, and which of them is for what: {kind/size/bucket: tile}."""
    size = {"bfloat16": 2, "float32": 4}[dtype]
    maps = capability in (90, 100) and size == 2
    kernels, choice = {}, {}
    for kind in KINDS:
        for label, n in SIZES.items():
            for bucket in BUCKETS:
                t = tile(kind, bucket, n, n, size, maps)
                base = "x".join(map(str, (t.rows, t.columns, t.depth, t.warps, t.stages, t.group, t.ahead)))
                function = "gated" if kind == "gated" else "product"
                choice[f"{kind}/{label}/{bucket}"] = dict(tile=base, rows=t.rows, columns=t.columns, depth=t.depth, maps=t.tma)
                forms = {"gated": [("", False, False)], "qkv": [("", False, False), ("+bias", True, False)], "head": [("", False, False)]}
                for suffix, bias, add in forms.get(kind, [("+add", False, True), ("+bias+add", True, True)]):
                    for even in (False,) if t.tma else (False, True):
                        name = f"{function}/{base}{suffix}{'/even' if even else ''}"
                        constants = dict(EVEN=even, TMA=t.tma, DOT="ieee" if size == 4 else "tf32", BM=t.rows, BN=t.columns, BK=t.depth)
                        constants |= dict(GROUP=t.group, LINES=t.ahead // (128 if function == "product" else 256))
                        types = {}
                        if function == "product":
                            constants |= dict(BIAS=bias, ADD=add)
                        if t.tma:
                            element = "bf16"
                            x, w = f"tensordesc<{element}[{t.rows}, {t.depth}]>", f"tensordesc<{element}[{t.columns}, {t.depth}]>"
                            types = dict(x=x, w=w) if function == "product" else dict(x=x, gate=w, up=w)
                        f = ks.gated_kernel if function == "gated" else ks.product_kernel
                        kernels[name] = kernel(name, f, constants, t.warps, t.stages, **types)
    return list(kernels.values()), choice


def attention(dtype):
    size = {"bfloat16": 2, "float32": 4}[dtype]
    for head in HEADS:
        db = power_of_two(head)
        for norm in (False, True):
            suffix = "+norm" if norm else ""
            common = dict(NORM=norm, D=head, DB=db, LOG_DB=db.bit_length() - 1, ROT=head, PAGE=PAGE)
            yield kernel(f"rotate/{head}{suffix}", ks.rotate_kernel, dict(common, HEADS=8), 4, fused=False, q_norm="", k_norm="")
            for form, split, rows in (("decode", False, 16), ("wide", False, 16), ("split", True, 16), ("prefill", False, PREFILL_ROWS[dtype])):
                decode = form != "prefill"
                stages, warps = (3, 2) if decode else (2, 4)
                if size == 4:
                    stages, warps = 1, 4
                lines = power_of_two(-(-head * size // 128)) if form in ("decode", "split") else 0
                constants = dict(common, DECODE=decode, SPLIT=split, CHUNK=CHUNK, BM=rows, LINES=lines, DOT="ieee" if size == 4 else "tf32")
                yield kernel(f"attend/{head}/{form}{suffix}", ks.attend_kernel, constants, warps, stages, fused=False)
        yield kernel(f"join/{head}", ks.join_kernel, dict(D=head, BD=min(32, db), CHUNK=CHUNK), 1, fused=False)


def others(dtype):
    shift = {"bfloat16": 16, "float32": 0}[dtype]
    yield kernel("gather", ks.gather_kernel, dict(BLOCK=1024), 4)
    for block in NORM_BLOCKS:
        yield kernel(f"norm/{block}", ks.norm_kernel, dict(BLOCK=block), 8, fused=False)
    yield kernel("groups", ks.groups_kernel, dict(GROUPS=LOGITS // 64, BLOCK=LOGITS), 4, fused=False)
    for groups in CANDIDATE_GROUPS:
        constants = dict(GROUPS=groups, BLOCKS=power_of_two(groups * 64 // LOGITS), SHIFT=shift)
        yield kernel(f"candidates/{groups}", ks.candidates_kernel, constants, 8, fused=False)
    yield kernel("pick", ks.pick_kernel, dict(BLOCK=256), 4, y="*fp32")


def all_kernels(capability, dtype):
    """The kernels of an archive and, for products, which is for what."""
    those, choice = products(capability, dtype)
    return those + list(attention(dtype)) + list(others(dtype)), choice


def type_of(name, dtype, types):
    if types.get(name):
        return types[name]
    if name in INTS:
        return "i32"
    if name in FLOATS:
        return "fp32"
    if name in INT_POINTERS:
        return "*i32"
    return "*fp32" if name in FLOAT_POINTERS else POINTERS[dtype]


def compiled(task):
    """The kernel of a task (capability, type, its number): its entry of the index, and the image."""
    capability, dtype, number = task
    k = all_kernels(capability, dtype)[0][number]
    pdl = 2 if capability in (90, 100, 120) else 0
    constants = dict(k["constants"], PDL=pdl)
    names = k["function"].arg_names
    signature = {n: "constexpr" if n in constants else type_of(n, dtype, k["types"]) for n in names}
    aligned = [i for i, n in enumerate(names) if signature[n].startswith("*") or n in MULTIPLES_OF_16]
    source = ASTSource(k["function"], signature, constants, {(i,): [["tt.divisibility", 16]] for i in aligned})
    options = dict(num_warps=k["warps"], num_stages=k["stages"], enable_fp_fusion=k["fused"], launch_pdl=pdl > 0)
    made = triton.compile(source, target=GPUTarget("cuda", capability or 80, 32), options=options)
    meta = made.metadata
    if meta.shared > SHARED[capability] << 10:
        raise SystemExit(f"{k['name']} needs {meta.shared} bytes of shared memory, more than a card of {capability} has")
    if meta.global_scratch_size:
        raise SystemExit(f"{k['name']} needs memory of its own, which no launch gives")
    image = made.asm["cubin"] if capability else without_paths(made.asm["ptx"])
    entry = dict(entry=meta.name, threads=32 * meta.num_warps, shared=meta.shared)
    if meta.tensordesc_meta:
        # Triton's numbers of types to the driver's.
        host = {8: 10, 9: 8, 10: 9}
        entry["maps"] = [[m["swizzle"], host.get(m["elem_type"], m["elem_type"]), *reversed(m["block_size"])] for m in meta.tensordesc_meta]
    return k["name"], entry, image


def without_paths(ptx):
    """PTX without the lines that name source files of the machine that compiled it."""
    kept = [line for line in ptx.splitlines() if not line.lstrip().startswith((".file", ".loc", "//"))]
    return ("\n".join(kept) + "\n").encode()


def sources():
    """Start of a SHA-256 of all that the archives are made of."""
    files = [Path(__file__).parent / name for name in ("archive.py", "kernels.py", "tiles.py")]
    return hashlib.sha256(b"\0".join([TRITON.encode()] + [f.read_bytes() for f in files])).hexdigest()[:16]


def write(path, capability, dtype, pool, only):
    those, choice = all_kernels(capability, dtype)
    tasks = [(capability, dtype, i) for i, k in enumerate(those) if any(fnmatch.fnmatch(k["name"], pattern) for pattern in only)]
    index, images = {}, {}
    for name, entry, image in pool.imap_unordered(compiled, tasks, chunksize=4):
        digest = hashlib.sha256(image).hexdigest()[:16]
        entry["file"] = f"{digest}.{'cubin' if capability else 'ptx'}"
        index[name], images[entry["file"]] = entry, image
    text = dict(capability=capability, dtype=dtype, triton=TRITON, sources=sources(), kernels=index, products=choice)
    text |= dict(chunk=CHUNK, prefill_rows=PREFILL_ROWS[dtype])
    images["index.json"] = json.dumps(text, indent=1, sort_keys=True).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(images):
            archive.writestr(zipfile.ZipInfo(name), images[name], zipfile.ZIP_DEFLATED, 9)
    print(f"{path.name}: {len(index)} kernels, {path.stat().st_size >> 10} KiB", flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("capabilities", nargs="*", type=int, default=list(SHARED))
    p.add_argument("--types", nargs="*", default=list(POINTERS), choices=POINTERS)
    p.add_argument("--out", type=Path, default=RESOURCES)
    p.add_argument("--only", nargs="*", default=["*"], help="names of kernels, as patterns of a shell")
    a = p.parse_args()
    if triton.__version__ != TRITON:
        sys.exit(f"triton {TRITON} expected, here is {triton.__version__}")
    with multiprocessing.get_context("spawn").Pool() as pool:
        for capability in a.capabilities:
            for dtype in a.types:
                write(a.out / f"{f'sm_{capability}' if capability else 'ptx'}-{dtype}.zip", capability, dtype, pool, a.only)


if __name__ == "__main__":
    main()
