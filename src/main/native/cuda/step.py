"""Decode steps and prefill of a Llama by the kernels beside this file: which kernels run in which order, with which grids and buffers.

What a host library has to do, written in PyTorch, which only owns memory here. On the device "meta" with `Launcher(compile_only=True)`
every kernel that a step needs is compiled and none runs.
"""

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import torch
import triton

import kernels as ks
from tiles import bucket, tile

PAGE = 32  # positions a page, as in the engine's cache
CANDIDATES = 64
MOST_ROWS = 8192  # with logits at once
BLOCK = 4096  # logits a program of groups_kernel


@dataclass(frozen=True)
class Shape:
    """Sizes of a decoder. rot: dimensions of a head that rotate."""

    hidden: int
    inner: int
    layers: int
    heads: int
    kv: int
    head: int
    vocabulary: int
    theta: float = 500000.0
    eps: float = 1e-5
    norm_heads: bool = False

    @property
    def group(self):
        return self.heads // self.kv

    def products(self):
        """[(kind, n, k, how many)] of a decode step."""
        q = self.heads * self.head
        return [
            ("qkv", q + 2 * self.kv * self.head, self.hidden, self.layers),
            ("out", self.hidden, q, self.layers),
            ("gated", self.inner, self.hidden, self.layers),
            ("down", self.hidden, self.inner, self.layers),
            ("head", self.vocabulary, self.hidden, 1),
        ]


SHAPES = {"1b": Shape(2048, 8192, 16, 32, 8, 64, 128256), "8b": Shape(4096, 14336, 32, 32, 8, 128, 128256)}


@dataclass
class Layer:
    """Weights of a layer: norms [H], qkv [(heads + 2 kv) D, H], bias of the same or none, q_norm, k_norm [D] or none, out [H, heads D],
    gate and up [inner, H], down [H, inner]."""

    first_norm: torch.Tensor
    qkv: torch.Tensor
    out: torch.Tensor
    second_norm: torch.Tensor
    gate: torch.Tensor
    up: torch.Tensor
    down: torch.Tensor
    bias: torch.Tensor | None = None
    q_norm: torch.Tensor | None = None
    k_norm: torch.Tensor | None = None


@dataclass
class Weights:
    """A decoder's weights on one device."""

    shape: Shape
    embedding: torch.Tensor
    layers: list
    last_norm: torch.Tensor
    head: torch.Tensor

    def read_by_a_step(self):
        """Bytes that a decode step reads at least: all weights but the embedding."""
        tensors = [self.head, self.last_norm] + [t for layer in self.layers for t in vars(layer).values() if t is not None]
        return sum(t.numel() * t.element_size() for t in tensors)

    @staticmethod
    def random(shape, dtype, device, seed=1):
        g = None if device == "meta" else torch.Generator(device=device).manual_seed(seed)

        def r(*n):
            if device == "meta":
                return torch.empty(n, device=device, dtype=dtype)
            return torch.randn(*n, device=device, dtype=dtype, generator=g).mul_(0.6 / n[-1] ** 0.5)

        def one(n):
            return torch.ones(n, device=device, dtype=dtype)

        s, q = shape, shape.heads * shape.head
        layers = [
            Layer(
                one(s.hidden),
                r(q + 2 * s.kv * s.head, s.hidden),
                r(s.hidden, q),
                one(s.hidden),
                r(s.inner, s.hidden),
                r(s.inner, s.hidden),
                r(s.hidden, s.inner),
                None,
                *((r(s.head).add_(1), r(s.head).add_(1)) if s.norm_heads else ()),
            )
            for _ in range(s.layers)
        ]
        return Weights(s, r(s.vocabulary, s.hidden).mul_(8), layers, one(s.hidden), r(s.vocabulary, s.hidden))

    @staticmethod
    def of_state(config, state, dtype, device):
        """Of an HF Llama's config (a dict) and state dict."""
        rope = config.get("rope_parameters") or config
        shape = Shape(
            config["hidden_size"],
            config["intermediate_size"],
            config["num_hidden_layers"],
            config["num_attention_heads"],
            config["num_key_value_heads"],
            config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"],
            config["vocab_size"],
            rope["rope_theta"],
            config["rms_norm_eps"],
        )

        def t(name):
            return state[name].to(device=device, dtype=dtype).contiguous()

        def layer(i):
            p = f"model.layers.{i}."
            qkv = torch.cat([t(p + f"self_attn.{x}_proj.weight") for x in "qkv"]).contiguous()
            return Layer(
                t(p + "input_layernorm.weight"),
                qkv,
                t(p + "self_attn.o_proj.weight"),
                t(p + "post_attention_layernorm.weight"),
                *(t(p + f"mlp.{x}_proj.weight") for x in ("gate", "up", "down")),
            )

        head = t("model.embed_tokens.weight" if config.get("tie_word_embeddings") else "lm_head.weight")
        return Weights(shape, t("model.embed_tokens.weight"), [layer(i) for i in range(shape.layers)], t("model.norm.weight"), head)

    @staticmethod
    def of_folder(folder, dtype, device):
        from safetensors.torch import load_file

        state = {k: v for f in sorted(Path(folder).glob("*.safetensors")) for k, v in load_file(f).items()}
        return Weights.of_state(json.loads((Path(folder) / "config.json").read_text()), state, dtype, device)


@dataclass
class Launcher:
    """Launches a kernel, or only compiles it.

    pdl: programmatic dependent launch (compute capability 9.0 on): 0 none, 1 a kernel lets the next start when it starts itself, 2 when the
    one before it has ended. ahead: while they wait, kernels ask L2 for what they will read first.
    """

    pdl: int = 0
    ahead: bool = True
    compile_only: bool = False
    compiled: list = field(default_factory=list)

    @property
    def early(self):
        return self.pdl > 0 and self.ahead

    def __call__(self, kernel, grid, *args, **options):
        if self.pdl > 0:
            options["launch_pdl"] = True
        options["PDL"] = self.pdl
        if self.compile_only:
            self.compiled.append(kernel.warmup(*args, grid=grid, **options))
        else:
            kernel[grid](*args, **options)


class AttentionTile(NamedTuple):
    """Rows of queries x heads a program (at least), warps, chunks in flight."""

    rows: int
    warps: int = 4
    stages: int = 3


class Cache:
    """Pages of keys and values for `slots` sequences of up to `length` positions; pages in any order that a permutation gives."""

    def __init__(self, shape, slots, length, dtype, device, order=None):
        self.width = -(-length // PAGE)
        pages = slots * self.width
        self.k = [torch.zeros(pages, shape.kv, PAGE, shape.head, device=device, dtype=dtype) for _ in range(shape.layers)]
        self.v = [torch.zeros_like(k) for k in self.k]
        order = torch.arange(pages) if order is None else order
        self.table = order.to(torch.int32).view(slots, self.width).to(device)
        self.stride = shape.kv * PAGE * shape.head
        # The first entry of each slot.
        self.starts = (torch.arange(slots, dtype=torch.int32) * self.width).to(device)


class Decoder:
    """A decoder on one device. `tiles` overrides tiles by (kind, bucket of rows)."""

    def __init__(self, weights, launch, length, tiles=None):
        self.w, self.launch, self.tiles = weights, launch, tiles or {}
        s = weights.shape
        self.dtype, self.device = weights.head.dtype, weights.head.device
        self.dot = "ieee" if self.dtype == torch.float32 else "tf32"
        inverse = s.theta ** (-torch.arange(0, s.head, 2, dtype=torch.float32) / s.head)
        angles = torch.outer(torch.arange(length, dtype=torch.float32), inverse)
        both = torch.cat([angles, angles], -1)
        # HF rounds the tables to the model's type.
        self.cos, self.sin = (t.to(self.dtype).float().to(self.device) for t in (both.cos(), both.sin()))
        self.db = triton.next_power_of_2(s.head)
        self.window = 1 << 30  # positions that one sees, its own counted
        self.chunk = 64 if s.head <= 128 else 32  # positions; it is part of the order of attention's sums
        self.decode_attention, self.prefill_attention = AttentionTile(16, 2), AttentionTile(64, stages=2)
        if self.dtype.itemsize == 4 or s.head > 128:
            self.decode_attention, self.prefill_attention = AttentionTile(16, stages=1), AttentionTile(32, stages=1)
        self.chosen_parts = {}  # by rows, in place of `parts`: a trial's
        # Hopper and the large Blackwells; 8.x has no tensor descriptors, 12.0 has too little shared memory for these tiles (99 KiB).
        self.tensor_maps = self.device.type != "cpu" and triton.runtime.driver.active.get_current_target().arch in (90, 100, 103)
        self.descriptors = {}
        self.row_numbers = torch.arange(MOST_ROWS, dtype=torch.int32).to(self.device)

    def buffer(self, *n, dtype=None):
        return torch.empty(n, device=self.device, dtype=dtype or self.dtype)

    def descriptor(self, t, rows, depth):
        from triton.tools.tensor_descriptor import TensorDescriptor

        key = (t.data_ptr(), tuple(t.shape), rows, depth)
        if t.device.type == "meta" or key not in self.descriptors:
            self.descriptors[key] = TensorDescriptor.from_tensor(t, [rows, depth])
        return self.descriptors[key]

    def tile(self, kind, rows, n, k):
        return self.tiles.get((kind, bucket(rows))) or tile(kind, rows, n, k, self.dtype.itemsize, self.tensor_maps)

    def product(self, kind, x, w, y, add=False, bias=None, t=None):
        (m, k), n = x.shape, w.shape[0]
        t = t or self.tile(kind, m, n, k)
        tma = t.tma
        even = n % t.columns == 0 and k % t.depth == 0
        xs, ws = (self.descriptor(x, t.rows, t.depth), self.descriptor(w, t.columns, t.depth)) if tma else (x, w)
        self.launch(
            ks.product_kernel,
            (triton.cdiv(m, t.rows) * triton.cdiv(n, t.columns),),
            xs,
            ws,
            w,
            w if bias is None else bias,
            y,
            m,
            n,
            k,
            BIAS=bias is not None,
            ADD=add,
            EVEN=even,
            TMA=tma,
            DOT=self.dot,
            BM=t.rows,
            BN=t.columns,
            BK=t.depth,
            GROUP=t.group,
            LINES=t.ahead // 128 if self.launch.early else 0,
            num_warps=t.warps,
            num_stages=t.stages,
        )

    def gated(self, x, gate, up, y, t=None):
        (m, k), n = x.shape, gate.shape[0]
        t = t or self.tile("gated", m, n, k)
        tma = t.tma
        even = n % t.columns == 0 and k % t.depth == 0
        xs, g, u = (
            (self.descriptor(x, t.rows, t.depth), self.descriptor(gate, t.columns, t.depth), self.descriptor(up, t.columns, t.depth))
            if tma
            else (x, gate, up)
        )
        self.launch(
            ks.gated_kernel,
            (triton.cdiv(m, t.rows) * triton.cdiv(n, t.columns),),
            xs,
            g,
            u,
            gate,
            up,
            y,
            m,
            n,
            k,
            EVEN=even,
            TMA=tma,
            DOT=self.dot,
            BM=t.rows,
            BN=t.columns,
            BK=t.depth,
            GROUP=t.group,
            LINES=t.ahead // 256 if self.launch.early else 0,
            num_warps=t.warps,
            num_stages=t.stages,
        )

    def norm(self, x, w, y):
        h = x.shape[1]
        self.launch(
            ks.norm_kernel,
            (x.shape[0],),
            x,
            w,
            y,
            h,
            self.w.shape.eps,
            BLOCK=triton.next_power_of_2(h),
            num_warps=8,
            enable_fp_fusion=False,
        )

    def parts(self, rows, chunks):
        """Programs a row and key head of decode's attention, so that some 128 run together; one where the batch is large."""
        if rows in self.chosen_parts:
            return min(self.chosen_parts[rows], chunks)
        return max(1, min(triton.next_power_of_2(chunks), 128 // (triton.next_power_of_2(rows) * self.w.shape.kv)))

    def attend(self, layer, q, cache, index, y, positions=None, starts=None, tiles=None, part=None, stats=None, parts=1):
        """Decode of one token a row with `positions` and `starts` [M], else prefill with `tiles`."""
        s = self.w.shape
        decode = tiles is None
        grid = (positions.shape[0] if decode else tiles.shape[0], s.kv, parts)
        q_norm, k_norm = (layer.q_norm, layer.k_norm) if s.norm_heads else (layer.first_norm, layer.first_norm)
        chunks = triton.cdiv(cache.width * PAGE, self.chunk)
        early = decode and self.launch.early and positions.shape[0] <= 64
        t = self.decode_attention if decode else self.prefill_attention
        self.launch(
            ks.attend_kernel,
            grid,
            q,
            self.cos,
            self.sin,
            q_norm,
            k_norm,
            positions if decode else tiles,
            starts if decode else tiles,
            positions if decode else tiles,
            cache.table,
            cache.k[index],
            cache.v[index],
            y,
            y if part is None else part,
            y if stats is None else stats,
            cache.stride,
            s.kv,
            s.group,
            chunks,
            parts,
            self.window,
            s.head**-0.5 * ks.LOG2E,
            s.eps,
            DECODE=decode,
            SPLIT=parts > 1,
            NORM=s.norm_heads,
            D=s.head,
            DB=self.db,
            LOG_DB=int(math.log2(self.db)),
            ROT=s.head,
            PAGE=PAGE,
            CHUNK=self.chunk,
            BM=t.rows,
            LINES=triton.next_power_of_2(triton.cdiv(s.head * self.dtype.itemsize, 128)) if early else 0,
            DOT=self.dot,
            num_warps=t.warps,
            num_stages=t.stages,
            enable_fp_fusion=False,
        )
        if parts > 1:
            bd = min(32, self.db)
            self.launch(
                ks.join_kernel,
                (grid[0], s.heads, triton.cdiv(s.head, bd)),
                part,
                stats,
                positions,
                y,
                s.heads,
                chunks,
                self.window,
                D=s.head,
                BD=bd,
                CHUNK=self.chunk,
                num_warps=1,
                enable_fp_fusion=False,
            )

    def gather(self, table, ids, y):
        block = 1024
        self.launch(ks.gather_kernel, (ids.shape[0], triton.cdiv(y.shape[1], block)), table, ids, y, y.shape[1], BLOCK=block, num_warps=4)

    def candidates(self, logits, inverse):
        """The 64 best values (float32), their ids and the two log-sum-exps of each row."""
        m, v = logits.shape
        blocks = triton.cdiv(v, BLOCK)
        count = blocks * BLOCK // 64
        groups, sums = self.buffer(m, count, dtype=torch.float32), self.buffer(m, blocks, 3, dtype=torch.float32)
        values, ids = self.buffer(m, CANDIDATES, dtype=torch.float32), self.buffer(m, CANDIDATES, dtype=torch.int32)
        out = self.buffer(m, 2, dtype=torch.float32)
        rows = self.row_numbers[:m]
        self.launch(
            ks.groups_kernel,
            (m, blocks),
            logits,
            rows,
            inverse,
            groups,
            sums,
            logits.stride(0),
            v,
            blocks,
            GROUPS=BLOCK // 64,
            BLOCK=BLOCK,
            num_warps=4,
            enable_fp_fusion=False,
        )
        self.launch(
            ks.candidates_kernel,
            (m,),
            logits,
            rows,
            inverse,
            groups,
            sums,
            values,
            ids,
            out,
            logits.stride(0),
            v,
            blocks,
            count,
            GROUPS=triton.next_power_of_2(max(64, count)),
            BLOCKS=triton.next_power_of_2(blocks),
            SHIFT={torch.bfloat16: 16, torch.float16: 13}.get(logits.dtype, 0),
            num_warps=8,
            enable_fp_fusion=False,
        )
        return values, ids, out

    def _rest(self, layer, x, y, attended, act):
        """What follows attention in a layer: both remaining parts add to x."""
        self.product("out", attended, layer.out, x, add=True)
        self.norm(x, layer.second_norm, y)
        self.gated(y, layer.gate, layer.up, act)
        self.product("down", act, layer.down, x, add=True)

    def decode(self, ids, positions, cache):
        """Logits [M, V] of the tokens ids [M] at positions [M] (int32) of slots 0 to M - 1, whose keys and values go into their pages."""
        s, m = self.w.shape, ids.shape[0]
        chunks = triton.cdiv(cache.width * PAGE, self.chunk)
        parts = self.parts(m, chunks)
        x, y, attended = self.buffer(m, s.hidden), self.buffer(m, s.hidden), self.buffer(m, s.heads * s.head)
        qkv, act = self.buffer(m, (s.heads + 2 * s.kv) * s.head), self.buffer(m, s.inner)
        part = stats = None
        if parts > 1:
            part = self.buffer(m, s.heads, chunks, s.head, dtype=torch.float32)
            stats = self.buffer(m, s.heads, chunks, 2, dtype=torch.float32)
        self.gather(self.w.embedding, ids, x)
        for i, layer in enumerate(self.w.layers):
            self.norm(x, layer.first_norm, y)
            self.product("qkv", y, layer.qkv, qkv, bias=layer.bias)
            self.attend(layer, qkv, cache, i, attended, positions=positions, starts=cache.starts, part=part, stats=stats, parts=parts)
            self._rest(layer, x, y, attended, act)
        return self._logits(x, y)

    def _logits(self, x, y):
        y = y[: x.shape[0]]
        self.norm(x, self.w.last_norm, y)
        logits = self.buffer(x.shape[0], self.w.shape.vocabulary)
        self.product("head", y, self.w.head, logits)
        return logits

    def places(self, spans, cache):
        """Where the rows of a prefill go, spans: [(slot, first position, tokens)] in their order: tiles of attention, positions, starts."""
        per = self.prefill_attention.rows // self.w.shape.group
        tiles, positions, starts, row = [], [], [], 0
        for slot, first, tokens in spans:
            start = slot * cache.width
            positions += range(first, first + tokens)
            starts += [start] * tokens
            tiles += [(row + i, min(per, tokens - i), start, first + i) for i in range(0, tokens, per)]
            row += tokens
        return tuple(torch.tensor(a, dtype=torch.int32).to(self.device) for a in (tiles, positions, starts))

    def prefill(self, ids, places, cache, wanted=None):
        """Logits of `wanted` rows (all without it) of a chunk of prompts: ids [T], `places` of their spans."""
        s, t = self.w.shape, ids.shape[0]
        tiles, positions, starts = places
        x, y, attended = self.buffer(t, s.hidden), self.buffer(t, s.hidden), self.buffer(t, s.heads * s.head)
        qkv, q, act = self.buffer(t, (s.heads + 2 * s.kv) * s.head), self.buffer(t, s.heads * s.head), self.buffer(t, s.inner)
        self.gather(self.w.embedding, ids, x)
        for i, layer in enumerate(self.w.layers):
            self.norm(x, layer.first_norm, y)
            self.product("qkv", y, layer.qkv, qkv, bias=layer.bias)
            self.rotate(layer, qkv, positions, starts, cache, i, q)
            self.attend(layer, q, cache, i, attended, tiles=tiles)
            self._rest(layer, x, y, attended, act)
        if wanted is None:
            return self._logits(x, y)
        last = self.buffer(wanted.shape[0], s.hidden)
        self.gather(x, wanted, last)
        return self._logits(last, y)

    def rotate(self, layer, qkv, positions, starts, cache, index, q):
        s = self.w.shape
        heads = s.heads + 2 * s.kv
        each = min(8, triton.next_power_of_2(heads))
        q_norm, k_norm = (layer.q_norm, layer.k_norm) if s.norm_heads else (layer.first_norm, layer.first_norm)
        self.launch(
            ks.rotate_kernel,
            (qkv.shape[0], triton.cdiv(heads, each)),
            qkv,
            self.cos,
            self.sin,
            q_norm,
            k_norm,
            positions,
            starts,
            cache.table,
            q,
            cache.k[index],
            cache.v[index],
            cache.stride,
            s.kv,
            s.group,
            s.eps,
            NORM=s.norm_heads,
            HEADS=each,
            D=s.head,
            DB=self.db,
            LOG_DB=int(math.log2(self.db)),
            ROT=s.head,
            PAGE=PAGE,
            num_warps=4,
            enable_fp_fusion=False,
        )
