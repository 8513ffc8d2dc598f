"""The GPU kernels in Triton's interpreter, on this machine's CPU, against PyTorch and HF on odd shapes; needs torch, triton, transformers.

    python src/test/python/cuda_kernels_test.py            # some minutes
    python src/test/python/cuda_kernels_test.py Attention  # one class

What the interpreter cannot show: bits (numpy adds in another order for every shape), bfloat16 (its products are garbage there), and all
that PDL and tensor descriptors do; `src/bench/gpu/run` shows these on a card.
"""

import os
import sys
import unittest
from pathlib import Path

os.environ["TRITON_INTERPRET"] = "1"
ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "src/main/native/cuda"))

import torch
import torch.nn.functional as F

import step
from tiles import Tile

F32, F16 = torch.float32, torch.float16


def shape_of(head=64, kv=2, group=2, hidden=64, inner=96, layers=1, vocabulary=300, norm_heads=False):
    return step.Shape(hidden, inner, layers, kv * group, kv, head, vocabulary, 10000.0, 1e-5, norm_heads)


def decoder_of(shape, dtype=F32, seed=1, tiles=None):
    return step.Decoder(step.Weights.random(shape, dtype, "cpu", seed), step.Launcher(), 512, tiles)


class Rows(unittest.TestCase):
    """What works on rows: embedding, norm, products."""

    def test_gathers_rows_of_the_embedding(self):
        table = torch.randn(50, 208)
        ids = torch.tensor([49, 0, 7])
        y = torch.full((3, 208), float("nan"))
        decoder_of(shape_of()).gather(table, ids, y)
        self.assertTrue(torch.equal(y, table[ids]))

    def test_norms_as_hf_rounds(self):
        for dtype in (F32, F16):
            x, w = torch.randn(5, 208).to(dtype), torch.rand(208).to(dtype)
            y = torch.full_like(x, float("nan"))
            decoder_of(shape_of(), dtype).norm(x, w, y)
            f = x.float()
            hf = w * (f * torch.rsqrt(f.pow(2).mean(-1, keepdim=True) + 1e-5)).to(dtype)
            torch.testing.assert_close(y, hf, rtol=2e-3 if dtype == F16 else 1e-5, atol=1e-5)

    def test_products_of_1_to_300_rows_and_any_multiple_of_16(self):
        decoder = decoder_of(shape_of())
        for m, n, k, tile in (
            (1, 48, 80, None),
            (7, 112, 64, None),
            (17, 64, 208, None),
            (300, 80, 96, Tile(128, 64, 64, 4, 2, group=2)),
            (65, 96, 128, Tile(64, 32, 64, 4, 2, group=8)),
        ):
            for dtype in (F32, F16):
                x, w, b, r = (torch.randn(*s).to(dtype) for s in ((m, k), (n, k), (n,), (m, n)))
                y = torch.full((m, n), float("nan"), dtype=dtype)
                decoder.product("qkv", x, w, y, bias=b, t=tile)
                close = dict(rtol=1e-2, atol=3e-2) if dtype == F16 else dict(rtol=1e-5, atol=1e-4)
                torch.testing.assert_close(y, F.linear(x, w, b), **close)
                z = r.clone()
                decoder.product("out", x, w, z, add=True, t=tile)
                torch.testing.assert_close(z, r + F.linear(x, w), **close)

    def test_gates_as_hf_rounds(self):
        decoder = decoder_of(shape_of())
        for m, n, k, tile in ((1, 48, 80, None), (33, 96, 64, None), (130, 112, 96, Tile(128, 32, 64, 4, 2, group=2))):
            for dtype in (F32, F16):
                x, g, u = (torch.randn(*s).to(dtype) / 4 for s in ((m, k), (n, k), (n, k)))
                y = torch.full((m, n), float("nan"), dtype=dtype)
                decoder.gated(x, g, u, y, t=tile)
                close = dict(rtol=1e-2, atol=1e-2) if dtype == F16 else dict(rtol=1e-5, atol=1e-5)
                torch.testing.assert_close(y, F.silu(F.linear(x, g)) * F.linear(x, u), **close)


class Candidates(unittest.TestCase):
    def check(self, logits, temperatures):
        decoder = decoder_of(shape_of())
        values, ids, sums = decoder.candidates(logits, 1 / temperatures)
        f = logits.float()
        order = torch.sort(f, dim=-1, descending=True, stable=True)
        n = min(64, logits.shape[1])
        self.assertTrue(torch.equal(values[:, :n], order.values[:, :n]))
        self.assertTrue(torch.equal(ids[:, :n].long(), order.indices[:, :n]))
        self.assertTrue((values[:, n:] == float("-inf")).all() and (ids[:, n:] >= logits.shape[1]).all())
        torch.testing.assert_close(sums[:, 0], f.logsumexp(-1), rtol=1e-6, atol=1e-5)
        torch.testing.assert_close(sums[:, 1], (f / temperatures[:, None]).logsumexp(-1), rtol=1e-6, atol=1e-5)

    def test_random_rows(self):
        for v in (40, 64, 500, 4096, 5000, 9001):
            self.check(torch.randn(3, v) * 5, torch.tensor([1.0, 0.3, 2.5]))

    def test_ties_go_to_the_lower_id(self):
        g = torch.Generator().manual_seed(1)
        self.check(torch.zeros(1, 5000), torch.ones(1))
        self.check(torch.randint(-3, 3, (2, 5000), generator=g).float(), torch.ones(2))
        self.check(torch.randint(-3, 3, (2, 4500), generator=g).to(F16), torch.ones(2))

    def test_all_best_in_one_group_and_all_in_different_groups(self):
        one = torch.randn(2, 6000)
        one[0, 640:704] += 100
        one[1, 5:6000:64] += 100
        self.check(one, torch.tensor([1.0, 0.5]))

    def test_signed_zeros_tie_and_masked_logits_come_last(self):
        v = torch.full((2, 300), -0.0)
        v[0, 3::7] = 0.0
        v[1, 40:] = float("-inf")
        self.check(v, torch.ones(2))


    def test_logits_that_are_picked(self):
        logits = torch.randn(5, 320)
        rows, ids = torch.tensor([4, 0, 4, 2], dtype=torch.int32), torch.tensor([319, 0, 7, 64], dtype=torch.int32)
        y = torch.full((4,), float("nan"))
        step.ks.pick_kernel[(1,)](logits, rows, ids, y, 320, 4, BLOCK=256, PDL=0)
        self.assertTrue(torch.equal(y, logits[rows.long(), ids.long()]))


def plain_attention(shape, decoder, layer, qkv, positions):
    """Attention of the last tokens of one sequence by PyTorch, float32: qkv [T, ..] of the whole sequence, positions all of it."""
    s, t = shape, qkv.shape[0]
    q, k, v = qkv.float().view(t, -1, s.head).split((s.heads, s.kv, s.kv), 1)
    cos, sin = decoder.cos[positions], decoder.sin[positions]
    half = s.head // 2

    def turn(x, w):
        if w is not None:
            x = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + s.eps) * w.float()
        return x * cos[:, None] + torch.cat((-x[..., half:], x[..., :half]), -1) * sin[:, None]

    q, k = turn(q, layer.q_norm), turn(k, layer.k_norm)
    seen = (positions[None, :] <= positions[:, None]) & (positions[None, :] > positions[:, None] - decoder.window)
    a = F.scaled_dot_product_attention(
        q.transpose(0, 1), k.transpose(0, 1).repeat_interleave(s.group, 0), v.transpose(0, 1).repeat_interleave(s.group, 0), attn_mask=seen
    )
    return a.transpose(0, 1).reshape(t, -1)


class Attention(unittest.TestCase):
    def check(self, head, group, tokens, cuts, dtype=F32, norm_heads=False, parts=None, kv=1, window=1 << 30):
        """One sequence in slot 1 of 2: prefilled up to each of `cuts`, then the rest decoded token by token."""
        s = shape_of(head=head, kv=kv, group=group, norm_heads=norm_heads)
        decoder = decoder_of(s, dtype)
        decoder.window = window
        layer = decoder.w.layers[0]
        g = torch.Generator().manual_seed(head + group)
        qkv = torch.randn(tokens, (s.heads + 2 * s.kv) * head, generator=g).to(dtype)
        want = plain_attention(s, decoder, layer, qkv, torch.arange(tokens))
        width = -(-tokens // step.PAGE)
        cache = step.Cache(s, 2, tokens, dtype, "cpu", torch.randperm(2 * width, generator=g))
        got, start = [], 0
        per = decoder.prefill_attention.rows // group
        width = cache.width
        for end in cuts:
            n = end - start
            q, y = torch.empty(n, s.heads * head, dtype=dtype), torch.full((n, s.heads * head), float("nan"), dtype=dtype)
            tiles = torch.tensor([(i, min(per, n - i), width, start + i) for i in range(0, n, per)], dtype=torch.int32)
            at = torch.arange(start, end, dtype=torch.int32)
            decoder.rotate(layer, qkv[start:end], at, torch.full((n,), width, dtype=torch.int32), cache, 0, q)
            decoder.attend(layer, q, cache, 0, y, tiles=tiles)
            got.append(y)
            start = end
        chunks = -(-cache.width * step.PAGE // decoder.chunk)
        for t in range(start, tokens):
            y = torch.full((1, s.heads * head), float("nan"), dtype=dtype)
            part, stats = torch.empty(1, s.heads, chunks, head), torch.empty(1, s.heads, chunks, 2)
            at, first = torch.tensor([t], dtype=torch.int32), torch.tensor([width], dtype=torch.int32)
            decoder.attend(layer, qkv[t : t + 1], cache, 0, y, positions=at, starts=first, part=part, stats=stats, parts=parts or 1)
            got.append(y)
        close = dict(rtol=1e-2, atol=1e-2) if dtype == F16 else dict(rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(torch.cat(got).float(), want, **close)

    def test_heads_of_64_to_256_and_groups_of_1_to_16(self):
        for head, group in ((64, 1), (64, 16), (80, 3), (96, 7), (128, 4), (192, 2), (256, 8)):
            with self.subTest(head=head, group=group):
                self.check(head, group, 70, [66])

    def test_pages_and_chunks_at_their_edges(self):
        for tokens, cuts in ((64, [63]), (65, [64]), (66, [1, 64, 65]), (130, [64, 128])):
            with self.subTest(tokens=tokens, cuts=cuts):
                self.check(64, 2, tokens, cuts, kv=2)

    def test_chunks_dealt_out_and_joined(self):
        for parts in (2, 4):
            self.check(64, 4, 200, [196], parts=parts)
        self.check(64, 3, 140, [126], parts=2)

    def test_windows(self):
        for window in (1, 30, 64, 100):
            with self.subTest(window=window):
                self.check(64, 2, 150, [70, 146], window=window, kv=2)
        self.check(64, 4, 200, [197], parts=2, window=90)

    def test_norms_of_heads(self):
        self.check(64, 2, 68, [65], norm_heads=True)
        self.check(80, 3, 68, [65], norm_heads=True, parts=2)

    def test_float16(self):
        self.check(128, 4, 68, [65], dtype=F16)


class Model(unittest.TestCase):
    def test_greedy_ids_of_the_tiny_model_equal_hfs(self):
        from transformers import AutoModelForCausalLM

        folder = ROOT / "data/models/tiny"
        hf = AutoModelForCausalLM.from_pretrained(folder, dtype=F32).eval()
        decoder = step.Decoder(step.Weights.of_folder(folder, F32, "cpu"), step.Launcher(), 512)
        g = torch.Generator().manual_seed(5)
        lengths, new = [1, 9, 63], 4
        prompts = [torch.randint(4, 512, (n,), generator=g) for n in lengths]
        cache = step.Cache(decoder.w.shape, 3, 128, F32, "cpu", torch.randperm(12, generator=g))
        ends = torch.tensor(lengths).cumsum(0) - 1
        logits = decoder.prefill(torch.cat(prompts), decoder.places([(i, 0, n) for i, n in enumerate(lengths)], cache), cache, ends)
        positions, ours = torch.tensor(lengths, dtype=torch.int32), []
        for _ in range(new):
            ids = decoder.candidates(logits, torch.ones(3))[1][:, 0]
            ours.append(ids)
            logits = decoder.decode(ids.long(), positions, cache)
            positions = positions + 1
        for i, p in enumerate(prompts):
            with torch.no_grad():
                y = hf.generate(
                    p[None],
                    attention_mask=torch.ones_like(p[None]),
                    do_sample=False,
                    max_new_tokens=new,
                    min_new_tokens=new,
                    eos_token_id=None,
                    pad_token_id=0,
                )[0, len(p) :]
            self.assertEqual(y.tolist(), torch.stack(ours, 1)[i].tolist())


if __name__ == "__main__":
    torch.manual_seed(0)
    unittest.main(verbosity=2)
