"""Kernels of a decoder for NVIDIA GPUs, in Triton: one step of decode, or a chunk of prefill, is a chain of them.

**Bits.** A row's numbers depend on its own tokens alone, never on the batch, on how a prompt was cut into chunks or on the pages it has:
- A product sums K in one loop into one float32 accumulator (`tl.dot` with the accumulator as its third operand), so tiles of any
  size give the same bits. Its tile may therefore follow the number of rows.
- Attention works on chunks of CHUNK positions at fixed places of the context, each from zero, and folds them in their order. The sum of
  weights runs through `tl.dot` too (a column of ones), as reductions add in an order that depends on the tile.
- Other sums (a norm's, a log-sum-exp's) run in one block of a fixed size with a fixed number of warps; a head's norm, which is
  needed in two kernels, adds pairwise by `pairwise_sum`. Maxima have no order.
- Kernels with sums of products outside `tl.dot` are compiled without fusing them (`enable_fp_fusion=False`), so that one formula rounds
  equally in all kernels that have it.
Rounding follows HF: what HF keeps in the model's type between operations is rounded to it here; the rotation alone is rounded once.

**Overlap.** With PDL (programmatic dependent launch, compute capability 9.0 on) a kernel may start while the one before it runs: it asks
for its first weights to come to L2 (`ahead`), which no other kernel writes, and then waits. Every kernel waits in every program, so
whatever ran two or more kernels earlier is complete too.

Shapes: rows M, hidden size H, vocabulary V, heads = KV x G (G query heads share one of KV key heads), head size D, DB = D rounded up to a
power of two. Pages: k and v caches of pages [KV, PAGE, D], `stride` elements from one page to the next (a page of other layers may lie
between), table of int32 page numbers, position p of a sequence lies on page table[start + p // PAGE] with `start` its first entry. Position
p sees those in (p - window, p]. All pointers are aligned to 16 bytes, N, K and strides are multiples of 16.
"""

import triton
import triton.language as tl
from triton.language.extra.cuda import gdc_launch_dependents, gdc_wait

LOG2E = 1.4426950408889634


@triton.jit
def start_next(PDL: tl.constexpr):
    """PDL 1: the next kernel in the stream may start as soon as all programs of this one have."""
    if PDL == 1:
        gdc_launch_dependents()


@triton.jit
def wait_for_last(PDL: tl.constexpr):
    """Waits until the kernel before this one has ended and its writes can be seen. PDL 2: only then the next one may start."""
    if PDL > 0:
        gdc_wait()
    if PDL == 2:
        gdc_launch_dependents()


@triton.jit
def ahead(rows, K, LINES: tl.constexpr, ELEMENTS: tl.constexpr):
    """Asks L2 for the first LINES lines of 128 bytes (ELEMENTS each) behind every pointer of `rows`; reads nothing past K elements."""
    if LINES > 0:
        line = tl.minimum(tl.arange(0, LINES) * ELEMENTS, K - 1)
        address = (rows[:, None] + line[None, :]).to(tl.int64, bitcast=True)
        tl.inline_asm_elementwise("prefetch.global.L2 [$1]; mov.u32 $0, 0;", "=r,l", [address], dtype=tl.int32, is_pure=False, pack=1)


@triton.jit
def pairwise_sum(x, R: tl.constexpr, LOG_N: tl.constexpr):
    """Sums the last axis of x [R, 2^LOG_N], neighbours first: the same order in every layout."""
    for i in tl.static_range(LOG_N):
        left, right = tl.split(tl.reshape(x, (R, 1 << (LOG_N - 1 - i), 2)))
        x = left + right
    return tl.reshape(x, (R,))


@triton.jit
def fold(best, mass, acc, top, more_mass, more):
    """Joins two parts of a softmax: maximum (log2), sum of weights [rows] and weighted values [rows, D] of each."""
    both = tl.maximum(best, top)
    safe = tl.where(both == float("-inf"), 0.0, both)
    old = tl.exp2(best - safe)
    new = tl.exp2(top - safe)
    return both, mass * old + more_mass * new, acc * old[:, None] + more * new[:, None]


@triton.jit
def gather_kernel(matrix, ids, y, H, BLOCK: tl.constexpr, PDL: tl.constexpr):
    """y[row] = matrix[ids[row]], [M, H]: the embedding, or the last rows of a prefill.

    The first kernel of a step: it waits before it lets the next start, so that all later ones may read the step's inputs before they wait.
    """
    wait_for_last(PDL)
    start_next(PDL)
    row = tl.program_id(0).to(tl.int64)
    i = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    source = tl.load(ids + row).to(tl.int64)
    tl.store(y + row * H + i, tl.load(matrix + source * H + i, mask=i < H, other=0.0), mask=i < H)


@triton.jit
def norm_kernel(x, w, y, H, eps, BLOCK: tl.constexpr, PDL: tl.constexpr):
    """y = w * round(x / rms(x)), [M, H]; one row a program, its sum in one block."""
    start_next(PDL)
    i = tl.arange(0, BLOCK)
    live = i < H
    weight = tl.load(w + i, mask=live, other=0.0).to(tl.float32)
    wait_for_last(PDL)
    at = tl.program_id(0).to(tl.int64) * H + i
    v = tl.load(x + at, mask=live, other=0.0).to(tl.float32)
    n = (v * tl.rsqrt(tl.sum(v * v, 0) / H + eps)).to(x.dtype.element_ty).to(tl.float32)
    tl.store(y + at, (n * weight).to(y.dtype.element_ty), mask=live)


@triton.jit
def tile_of(M, N, BM: tl.constexpr, BN: tl.constexpr, GROUP: tl.constexpr):
    """Row and column of this program's tile; programs that run together share GROUP tiles of rows, for L2."""
    pid = tl.program_id(0)
    rows = tl.cdiv(M, BM)
    cols = tl.cdiv(N, BN)
    first = pid // (GROUP * cols) * GROUP
    height = tl.minimum(rows - first, GROUP)
    inside = pid % (GROUP * cols)
    return first + inside % height, inside // height


@triton.jit
def store_product(acc, bias, y, M, N, m, n, BIAS: tl.constexpr, ADD: tl.constexpr, EVEN: tl.constexpr):
    """y[m, n] = acc (+ bias), or y[m, n] += that, rounded before the residual is added."""
    if BIAS:
        acc += tl.load(bias + n, mask=n < N, other=0.0).to(tl.float32)[None, :]
    out = acc.to(y.dtype.element_ty)
    to = y + m[:, None].to(tl.int64) * N + n[None, :]
    keep = (m < M)[:, None]
    if not EVEN:
        keep = keep & (n < N)[None, :]
    if ADD:
        out = (out.to(tl.float32) + tl.load(to, mask=keep, other=0.0).to(tl.float32)).to(y.dtype.element_ty)
    tl.store(to, out, mask=keep)


@triton.jit(do_not_specialize=["M"])
def product_kernel(
    x,
    w,
    weights,
    bias,
    y,
    M,
    N,
    K,
    BIAS: tl.constexpr,
    ADD: tl.constexpr,
    EVEN: tl.constexpr,
    TMA: tl.constexpr,
    DOT: tl.constexpr,
    BM: tl.constexpr,
    BN: tl.constexpr,
    BK: tl.constexpr,
    GROUP: tl.constexpr,
    LINES: tl.constexpr,
    PDL: tl.constexpr,
):
    """y = x @ w^T (+ bias), or y += that; x [M, K], w [N, K], bias [N], y [M, N].

    TMA: x and w are tensor descriptors of blocks [BM, BK] and [BN, BK]; else pointers. `weights` is w's pointer either way.
    EVEN: BN divides N and BK divides K. DOT: input precision of `tl.dot`, "ieee" for true float32.
    """
    start_next(PDL)
    m0, n0 = tile_of(M, N, BM, BN, GROUP)
    ELEMENTS: tl.constexpr = 1024 // y.dtype.element_ty.primitive_bitwidth
    ahead(weights + tl.minimum(n0 * BN + tl.arange(0, BN), N - 1).to(tl.int64) * K, K, LINES, ELEMENTS)
    wait_for_last(PDL)
    rows = tl.arange(0, BM)
    columns = tl.arange(0, BN)
    k = tl.arange(0, BK)
    acc = tl.zeros((BM, BN), tl.float32)
    m = m0 * BM + rows
    n = n0 * BN + columns
    if TMA:
        for at in range(0, K, BK):
            acc = tl.dot(x.load([m0 * BM, at]), w.load([n0 * BN, at]).T, acc, input_precision=DOT)
    else:
        xs = x + m[:, None].to(tl.int64) * K + k[None, :]
        ws = w + n[:, None].to(tl.int64) * K + k[None, :]
        live = (m < M)[:, None]
        for at in range(0, K, BK):
            if EVEN:
                a = tl.load(xs, mask=live, other=0.0)
                b = tl.load(ws)
            else:
                a = tl.load(xs, mask=live & (k < K - at)[None, :], other=0.0)
                b = tl.load(ws, mask=(n < N)[:, None] & (k < K - at)[None, :], other=0.0)
            acc = tl.dot(a, tl.trans(b), acc, input_precision=DOT)
            xs += BK
            ws += BK
    store_product(acc, bias, y, M, N, m, n, BIAS, ADD, EVEN)


@triton.jit
def store_gated(g, u, y, M, N, m, n, EVEN: tl.constexpr):
    """y[m, n] = silu(g) * u, rounded after each operation."""
    g = g.to(y.dtype.element_ty).to(tl.float32)
    s = (g / (1 + tl.exp(-g))).to(y.dtype.element_ty).to(tl.float32)
    out = (s * u.to(y.dtype.element_ty).to(tl.float32)).to(y.dtype.element_ty)
    keep = (m < M)[:, None]
    if not EVEN:
        keep = keep & (n < N)[None, :]
    tl.store(y + m[:, None].to(tl.int64) * N + n[None, :], out, mask=keep)


@triton.jit(do_not_specialize=["M"])
def gated_kernel(
    x,
    gate,
    up,
    gates,
    ups,
    y,
    M,
    N,
    K,
    EVEN: tl.constexpr,
    TMA: tl.constexpr,
    DOT: tl.constexpr,
    BM: tl.constexpr,
    BN: tl.constexpr,
    BK: tl.constexpr,
    GROUP: tl.constexpr,
    LINES: tl.constexpr,
    PDL: tl.constexpr,
):
    """y = silu(x @ gate^T) * (x @ up^T); x [M, K], gate and up [N, K], y [M, N]. As `product_kernel`."""
    start_next(PDL)
    m0, n0 = tile_of(M, N, BM, BN, GROUP)
    ELEMENTS: tl.constexpr = 1024 // y.dtype.element_ty.primitive_bitwidth
    first = tl.minimum(n0 * BN + tl.arange(0, BN), N - 1).to(tl.int64) * K
    ahead(gates + first, K, LINES, ELEMENTS)
    ahead(ups + first, K, LINES, ELEMENTS)
    wait_for_last(PDL)
    rows = tl.arange(0, BM)
    columns = tl.arange(0, BN)
    k = tl.arange(0, BK)
    g = tl.zeros((BM, BN), tl.float32)
    u = tl.zeros((BM, BN), tl.float32)
    m = m0 * BM + rows
    n = n0 * BN + columns
    if TMA:
        for at in range(0, K, BK):
            a = x.load([m0 * BM, at])
            g = tl.dot(a, gate.load([n0 * BN, at]).T, g, input_precision=DOT)
            u = tl.dot(a, up.load([n0 * BN, at]).T, u, input_precision=DOT)
    else:
        xs = x + m[:, None].to(tl.int64) * K + k[None, :]
        gs = gate + n[:, None].to(tl.int64) * K + k[None, :]
        us = up + n[:, None].to(tl.int64) * K + k[None, :]
        for at in range(0, K, BK):
            if EVEN:
                a = tl.load(xs, mask=(m < M)[:, None], other=0.0)
                b = tl.load(gs)
                c = tl.load(us)
            else:
                live = (n < N)[:, None] & (k < K - at)[None, :]
                a = tl.load(xs, mask=(m < M)[:, None] & (k < K - at)[None, :], other=0.0)
                b = tl.load(gs, mask=live, other=0.0)
                c = tl.load(us, mask=live, other=0.0)
            g = tl.dot(a, tl.trans(b), g, input_precision=DOT)
            u = tl.dot(a, tl.trans(c), u, input_precision=DOT)
            xs += BK
            gs += BK
            us += BK
    store_gated(g, u, y, M, N, m, n, EVEN)


@triton.jit
def rotated(
    heads,
    norm,
    turns,
    c,
    s,
    d,
    eps,
    NORM: tl.constexpr,
    R: tl.constexpr,
    D: tl.constexpr,
    DB: tl.constexpr,
    LOG_DB: tl.constexpr,
    ROT: tl.constexpr,
):
    """Heads [R, D] behind pointers `heads` [R] after their norm (with NORM) and rotation, float32 [R, DB], rounded by the caller.

    turns [R]: which heads are normed and rotated (the values' are not); c and s: cosine and signed sine, [R, DB], 1 and 0 from ROT on.
    """
    half: tl.constexpr = ROT // 2
    other = tl.where(d < half, d + half, tl.where(d < ROT, d - half, d))
    live = (d < D)[None, :]
    v = tl.load(heads[:, None] + d[None, :], mask=live & turns[:, None], other=0.0)
    u = tl.load(heads[:, None] + other[None, :], mask=live & turns[:, None], other=0.0)
    kind = v.dtype
    v = v.to(tl.float32)
    u = u.to(tl.float32)
    if NORM:
        scale = tl.rsqrt(pairwise_sum(v * v, R, LOG_DB) / D + eps)[:, None]
        v = (v * scale).to(kind).to(tl.float32) * tl.load(norm + d, mask=d < D, other=0.0).to(tl.float32)[None, :]
        u = (u * scale).to(kind).to(tl.float32) * tl.load(norm + other, mask=d < D, other=0.0).to(tl.float32)[None, :]
        v = v.to(kind).to(tl.float32)
        u = u.to(kind).to(tl.float32)
    return v * c + u * s


@triton.jit
def turn_of(cos, sin, position, d, ROT: tl.constexpr):
    """Cosine and signed sine of one position from tables [positions, ROT] of float32; 1 and 0 from ROT on."""
    live = d < ROT
    c = tl.load(cos + position * ROT + d, mask=live, other=1.0)
    s = tl.load(sin + position * ROT + d, mask=live, other=0.0)
    return c, tl.where(d < ROT // 2, -s, s)


@triton.jit
def rotate_kernel(
    qkv,
    cos,
    sin,
    q_norm,
    k_norm,
    positions,
    starts,
    table,
    q,
    k_cache,
    v_cache,
    stride,
    KV,
    G,
    eps,
    NORM: tl.constexpr,
    HEADS: tl.constexpr,
    D: tl.constexpr,
    DB: tl.constexpr,
    LOG_DB: tl.constexpr,
    ROT: tl.constexpr,
    PAGE: tl.constexpr,
    PDL: tl.constexpr,
):
    """Prefill: queries normed and rotated into q [M, KV G, D], keys likewise and values into their pages; qkv [M, (KV (G + 2)) D].

    One token and HEADS heads a program: grid (M, heads rounded up / HEADS). positions, starts [M].
    """
    start_next(PDL)
    wait_for_last(PDL)
    row = tl.program_id(0).to(tl.int64)
    h = tl.program_id(1) * HEADS + tl.arange(0, HEADS)
    d = tl.arange(0, DB)
    position = tl.load(positions + row)
    page = tl.load(table + tl.load(starts + row) + position // PAGE).to(tl.int64) * stride
    c, s = turn_of(cos, sin, position, d, ROT)
    base = qkv + row * (KV * (G + 2)) * D + h * D
    live = (d < D)[None, :]
    out = rotated(base, q_norm, h < KV * G, c[None, :], s[None, :], d, eps, NORM, HEADS, D, DB, LOG_DB, ROT)
    tl.store(q + row * (KV * G) * D + h[:, None] * D + d[None, :], out.to(q.dtype.element_ty), mask=live & (h < KV * G)[:, None])
    keys = (h >= KV * G) & (h < KV * (G + 1))
    out = rotated(base, k_norm, keys, c[None, :], s[None, :], d, eps, NORM, HEADS, D, DB, LOG_DB, ROT)
    to = page + ((h - KV * G) * PAGE + position % PAGE) * D
    tl.store(k_cache + to[:, None] + d[None, :], out.to(q.dtype.element_ty), mask=live & keys[:, None])
    values = (h >= KV * (G + 1)) & (h < KV * (G + 2))
    v = tl.load(base[:, None] + d[None, :], mask=live & values[:, None], other=0.0)
    to = page + ((h - KV * (G + 1)) * PAGE + position % PAGE) * D
    tl.store(v_cache + to[:, None] + d[None, :], v, mask=live & values[:, None])


@triton.jit(do_not_specialize=["G", "chunks", "parts", "window"])
def attend_kernel(
    q,
    cos,
    sin,
    q_norm,
    k_norm,
    positions,
    starts,
    tiles,
    table,
    k_cache,
    v_cache,
    y,
    part,
    stats,
    stride,
    KV,
    G,
    chunks,
    parts,
    window,
    scale,
    eps,
    DECODE: tl.constexpr,
    SPLIT: tl.constexpr,
    NORM: tl.constexpr,
    D: tl.constexpr,
    DB: tl.constexpr,
    LOG_DB: tl.constexpr,
    ROT: tl.constexpr,
    PAGE: tl.constexpr,
    CHUNK: tl.constexpr,
    BM: tl.constexpr,
    LINES: tl.constexpr,
    DOT: tl.constexpr,
    PDL: tl.constexpr,
):
    """Causal attention over pages; y [M, KV G D]. Grid (tiles of queries, KV, parts).

    A program has the G query heads of one key head for up to BM // G neighbouring tokens of a sequence.
    DECODE: one token a sequence, row and sequence are the tile's number, q = qkv [M, KV (G + 2) D]: it norms and rotates the queries and
    writes the new key and value; its first entry of the table is starts[row]. Else q [M, KV G, D] comes from `rotate_kernel` and tiles
    [.., 4] has first row, tokens, first entry of the table, first position.
    SPLIT (decode alone): the chunks are dealt out over `parts` programs, each stores part [M, KV G, chunks, D] and stats
    [M, KV G, chunks, 2] for `join_kernel`; else parts is 1. scale: of the scores, times log2(e).
    """
    start_next(PDL)
    tile, head, share = tl.program_id(0), tl.program_id(1), tl.program_id(2)
    kind: tl.constexpr = y.dtype.element_ty
    if DECODE:
        first = tl.load(positions + tile)
        row0, count = tile, 1
        start = tl.load(starts + tile)
        heads = KV * (G + 2)
    else:
        row0 = tl.load(tiles + tile * 4)
        count = tl.load(tiles + tile * 4 + 1)
        start = tl.load(tiles + tile * 4 + 2)
        first = tl.load(tiles + tile * 4 + 3)
        heads = KV * G
    last = first + count - 1
    r = tl.arange(0, BM)
    i = r // G
    g = r % G
    d = tl.arange(0, DB)
    live = (d < D)[None, :]
    p0 = tl.arange(0, CHUNK)
    if LINES > 0:
        # The pages hold what earlier steps wrote: they may be asked for before this step's queries are there.
        old = share * CHUNK + p0
        there = tl.load(table + start + old // PAGE, mask=old < last, other=0).to(tl.int64)
        soon = there * stride + (head * PAGE + old % PAGE) * D
        ELEMENTS: tl.constexpr = 1024 // kind.primitive_bitwidth
        ahead(k_cache + soon, D, LINES, ELEMENTS)
        ahead(v_cache + soon, D, LINES, ELEMENTS)
    wait_for_last(PDL)
    ok = i < count
    queries = q + (row0 + i).to(tl.int64) * heads * D + (head * G + g) * D
    if DECODE:
        c, s = turn_of(cos, sin, first, d, ROT)
        qs = rotated(queries, q_norm, ok, c[None, :], s[None, :], d, eps, NORM, BM, D, DB, LOG_DB, ROT).to(kind)
        if (first // CHUNK) % parts == share:
            one = tl.arange(0, 1)
            key = q + row0.to(tl.int64) * heads * D + (KV * G + head) * D
            k_new = rotated(key + one, k_norm, one == 0, c[None, :], s[None, :], d, eps, NORM, 1, D, DB, LOG_DB, ROT).to(kind)
            v_new = tl.load(key + KV * D + one[:, None] + d[None, :], mask=live, other=0.0)
            new_page = tl.load(table + start + first // PAGE).to(tl.int64)
            new_at = new_page * stride + (head * PAGE + first % PAGE) * D
            tl.store(k_cache + new_at + one[:, None] + d[None, :], k_new, mask=live)
            tl.store(v_cache + new_at + one[:, None] + d[None, :], v_new, mask=live)
            tl.debug_barrier()  # the loop below reads them back
    else:
        qs = tl.load(queries[:, None] + d[None, :], mask=ok[:, None] & live, other=0.0)
    position = first + i
    best = tl.full((BM,), float("-inf"), tl.float32)
    mass = tl.zeros((BM,), tl.float32)
    acc = tl.zeros((BM, DB), tl.float32)
    ones = tl.full((CHUNK, 16), 1.0, kind)
    # The first chunk that a query of this tile sees, and that is this program's.
    oldest = tl.maximum(first - window + 1, 0)
    begin = oldest // CHUNK
    if SPLIT:
        begin += (share + parts - begin % parts) % parts
        by = parts
    else:
        by = 1
    for chunk in range(begin, last // CHUNK + 1, by):
        p = chunk * CHUNK + p0
        inside = (p >= oldest) & (p <= last)
        if PAGE % CHUNK == 0:
            page = tl.load(table + start + chunk * CHUNK // PAGE).to(tl.int64)
        else:
            # Two pages: scalars that are loaded ahead, where a page for each position would wait for its load.
            first_page = tl.load(table + start + 2 * chunk).to(tl.int64)
            second_page = tl.load(table + start + 2 * chunk + 1, mask=chunk * CHUNK + PAGE <= last, other=0).to(tl.int64)
            page = tl.where(p0 < PAGE, first_page, second_page)
        at = page * stride + (head * PAGE + p % PAGE) * D
        k = tl.load(k_cache + at[:, None] + d[None, :], mask=inside[:, None] & live, other=0.0)
        score = tl.dot(qs, tl.trans(k), input_precision=DOT) * scale
        seen = (p[None, :] <= position[:, None]) & (p[None, :] > position[:, None] - window)
        score = tl.where(seen, score, float("-inf"))
        top = tl.max(score, 1)
        weight = tl.exp2(score - tl.where(top == float("-inf"), 0.0, top)[:, None]).to(kind)
        v = tl.load(v_cache + at[:, None] + d[None, :], mask=inside[:, None] & live, other=0.0)
        more = tl.dot(weight, v, input_precision=DOT)
        more_mass = tl.max(tl.dot(weight, ones, input_precision=DOT), 1)  # all columns are equal
        if not SPLIT:
            best, mass, acc = fold(best, mass, acc, top, more_mass, more)
        else:
            to = ((tile * KV + head) * G + g).to(tl.int64) * chunks + chunk
            tl.store(part + to[:, None] * D + d[None, :], more, mask=ok[:, None] & live)
            tl.store(stats + to * 2, top, mask=ok)
            tl.store(stats + to * 2 + 1, more_mass, mask=ok)
    if not SPLIT:
        out = (acc / mass[:, None]).to(kind)
        to = y + (row0 + i).to(tl.int64) * (KV * G * D) + (head * G + g) * D
        tl.store(to[:, None] + d[None, :], out, mask=ok[:, None] & live)


@triton.jit(do_not_specialize=["heads", "chunks", "window"])
def join_kernel(
    part,
    stats,
    positions,
    y,
    heads,
    chunks,
    window,
    D: tl.constexpr,
    BD: tl.constexpr,
    CHUNK: tl.constexpr,
    PDL: tl.constexpr,
):
    """Folds the chunks that `attend_kernel` stored, in their order; y [M, heads D]. Grid (M, heads, D rounded up / BD)."""
    start_next(PDL)
    row, head = tl.program_id(0), tl.program_id(1)
    position = tl.load(positions + row)
    wait_for_last(PDL)
    one = tl.arange(0, 1)
    d = tl.program_id(2) * BD + tl.arange(0, BD)
    live = (d < D)[None, :]
    best = tl.full((1,), float("-inf"), tl.float32)
    mass = tl.zeros((1,), tl.float32)
    acc = tl.zeros((1, BD), tl.float32)
    for chunk in range(tl.maximum(position - window + 1, 0) // CHUNK, position // CHUNK + 1):
        at = (row * heads + head).to(tl.int64) * chunks + chunk + one
        top = tl.load(stats + at * 2)
        more_mass = tl.load(stats + at * 2 + 1)
        more = tl.load(part + at[:, None] * D + d[None, :], mask=live, other=0.0)
        best, mass, acc = fold(best, mass, acc, top, more_mass, more)
    to = y + (row * heads + head).to(tl.int64) * D + one[:, None] * D + d[None, :]
    tl.store(to, (acc / mass[:, None]).to(y.dtype.element_ty), mask=live)


@triton.jit(do_not_specialize=["V", "blocks"])
def groups_kernel(logits, rows, inverse, groups, sums, stride, V, blocks, GROUPS: tl.constexpr, BLOCK: tl.constexpr, PDL: tl.constexpr):
    """Of each 64 neighbouring logits the greatest; of each BLOCK the greatest and the sums of exponentials at temperature 1 and T.

    logits of V of `stride` elements a row, rows [M]: which of them, inverse [M] = 1 / T (float32), groups [M, blocks BLOCK / 64] and sums
    [M, blocks, 3] float32. Grid (M, blocks).
    """
    start_next(PDL)
    row, block = tl.program_id(0), tl.program_id(1)
    at = block * BLOCK + tl.arange(0, GROUPS)[:, None] * 64 + tl.arange(0, 64)[None, :]
    cold = tl.load(inverse + row)
    source = tl.load(rows + row).to(tl.int64)
    wait_for_last(PDL)
    v = tl.load(logits + source * stride + at, mask=at < V, other=float("-inf")).to(tl.float32)
    best = tl.max(v, 1)
    tl.store(groups + (row * blocks + block) * GROUPS + tl.arange(0, GROUPS), best)
    top = tl.max(best, 0)
    to = sums + (row * blocks + block) * 3
    tl.store(to, top)
    tl.store(to + 1, tl.sum(tl.sum(tl.exp(v - top), 1), 0))
    tl.store(to + 2, tl.sum(tl.sum(tl.exp((v - top) * cold), 1), 0))


@triton.jit
def order_of(value, SHIFT: tl.constexpr):
    """An integer that orders as the float32 `value` does (+0 and -0 tie), without the SHIFT low bits that its own type does not have."""
    bits = tl.where(value == 0, 0.0, value).to(tl.int32, bitcast=True)
    return (bits ^ ((bits >> 31) & 0x7FFFFFFF)) >> SHIFT


@triton.jit
def best_64(keys, SHIFT: tl.constexpr):
    """Which 64 of `keys` (order_of's) are the greatest, ties to the lower index, and each one's place among them by index.

    The 64th greatest key is found bit by bit, by counting: no order of additions, no sort.
    """
    threshold = tl.where(tl.sum((keys >= 0).to(tl.int32), 0) >= 64, 0, -(1 << (31 - SHIFT)))
    for i in range(31 - SHIFT):
        higher = threshold + (1 << (30 - SHIFT - i))
        threshold = tl.where(tl.sum((keys >= higher).to(tl.int32), 0) >= 64, higher, threshold)
    above = keys > threshold
    tied = keys == threshold
    left = 64 - tl.sum(above.to(tl.int32), 0)
    chosen = above | (tied & (tl.cumsum(tied.to(tl.int32), 0) <= left))
    return chosen, tl.cumsum(chosen.to(tl.int32), 0) - 1


@triton.jit(do_not_specialize=["V", "blocks", "count"])
def candidates_kernel(
    logits,
    rows,
    inverse,
    groups,
    sums,
    values,
    ids,
    sums_out,
    stride,
    V,
    blocks,
    count,
    GROUPS: tl.constexpr,
    BLOCKS: tl.constexpr,
    SHIFT: tl.constexpr,
    PDL: tl.constexpr,
):
    """The 64 best logits of a row in descending order, ties by the lower id, and its log-sum-exps; one row a program.

    values [M, 64] float32, ids [M, 64] int32 (with a value of -inf and an id >= V behind the last when V < 64), sums_out [M, 2]: natural
    log-sum-exp of logits and of logits / T. The best 64 lie in the 64 groups of 64 neighbours with the greatest maxima (ties by the lower
    group): an element of another group has 64 maxima before it. logits, rows and stride as in `groups_kernel`. count: groups of a row, GROUPS and BLOCKS powers of two >= count, blocks.
    """
    start_next(PDL)
    row = tl.program_id(0).to(tl.int64)
    cold = tl.load(inverse + row)
    source = tl.load(rows + row).to(tl.int64)
    wait_for_last(PDL)
    j = tl.arange(0, GROUPS)
    some = tl.arange(0, 64)
    best = tl.load(groups + row * count + j, mask=j < count, other=float("-inf"))
    chosen, place = best_64(order_of(best, SHIFT), SHIFT)
    tl.store(ids + row * 64 + place, j, mask=chosen)
    tl.debug_barrier()
    group = tl.load(ids + row * 64 + some)
    tl.debug_barrier()
    at = tl.reshape(group[:, None] * 64 + some[None, :], (4096,))
    v = tl.load(logits + source * stride + at, mask=at < V, other=float("-inf")).to(tl.float32)
    chosen, place = best_64(order_of(v, SHIFT), SHIFT)
    tl.store(values + row * 64 + place, v, mask=chosen)
    tl.store(ids + row * 64 + place, at, mask=chosen)
    tl.debug_barrier()
    value = tl.load(values + row * 64 + some)
    id = tl.load(ids + row * 64 + some)
    tl.debug_barrier()
    # By id they are in order already: a place is the number of greater ones and of equal ones before.
    key = order_of(value, 0)
    mine = tl.expand_dims(key, 1)
    others = tl.expand_dims(key, 0)
    before = (others > mine) | ((others == mine) & (tl.expand_dims(some, 0) < tl.expand_dims(some, 1)))
    place = tl.sum(before.to(tl.int32), 1)
    tl.store(values + row * 64 + place, value)
    tl.store(ids + row * 64 + place, id)
    b = tl.arange(0, BLOCKS)
    live = b < blocks
    top = tl.load(sums + (row * blocks + b) * 3, mask=live, other=float("-inf"))
    one = tl.load(sums + (row * blocks + b) * 3 + 1, mask=live, other=0.0)
    warm = tl.load(sums + (row * blocks + b) * 3 + 2, mask=live, other=0.0)
    most = tl.max(top, 0)
    tl.store(sums_out + row * 2, most + tl.log(tl.sum(one * tl.exp(top - most), 0)))
    tl.store(sums_out + row * 2 + 1, most * cold + tl.log(tl.sum(warm * tl.exp((top - most) * cold), 0)))


@triton.jit(do_not_specialize=["count"])
def pick_kernel(logits, rows, ids, y, stride, count, BLOCK: tl.constexpr, PDL: tl.constexpr):
    """y[i] = logits[rows[i], ids[i]] as float32, [count]; rows of `stride` elements. Grid (count rounded up / BLOCK)."""
    start_next(PDL)
    wait_for_last(PDL)
    i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    live = i < count
    row = tl.load(rows + i, mask=live, other=0).to(tl.int64)
    id = tl.load(ids + i, mask=live, other=0)
    tl.store(y + i, tl.load(logits + row * stride + id, mask=live, other=0.0).to(tl.float32), mask=live)
