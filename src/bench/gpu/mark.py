"""The mark that the kernels are measured against: cuBLAS products, SDPA over a static cache and one CUDA graph a step, random weights."""

import torch
import torch.nn.functional as F


def median_ms(run, n=20):
    """Median of n runs by events, after three that do not count."""
    for _ in range(3):
        run()
    times = []
    for _ in range(n):
        start, end = torch.cuda.Event(True), torch.cuda.Event(True)
        start.record()
        run()
        end.record()
        end.synchronize()
        times.append(start.elapsed_time(end))
    return sorted(times)[n // 2]


def captured(run):
    """A CUDA graph of one run, after two runs outside it."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        run()
        run()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        out = run()
    return graph, out


def copy_rate():
    """GB/s of a copy on the device, bytes read and written."""
    a = torch.empty(1 << 30, device="cuda", dtype=torch.uint8)
    b = torch.empty_like(a)
    return 2 * a.numel() / median_ms(lambda: b.copy_(a)) / 1e6


class Mark:
    """A Llama of a shape (`step.Shape`) with a context of 256 in cuBLAS's products and PyTorch's operations."""

    CONTEXT = 256

    def __init__(self, shape):
        s = self.s = shape

        def g(*n):
            return torch.randn(*n, device="cuda", dtype=torch.bfloat16).mul_(0.02)

        self.one = torch.ones(s.hidden, device="cuda", dtype=torch.bfloat16)
        self.layers = [
            (g((s.heads + 2 * s.kv) * s.head, s.hidden), g(s.hidden, s.heads * s.head), g(2 * s.inner, s.hidden), g(s.hidden, s.inner))
            for _ in range(s.layers)
        ]
        self.embedding, self.head = g(s.vocabulary, s.hidden), g(s.vocabulary, s.hidden)

    def step(self, batch):
        """One decode step with the 64 best logits and the log-sum-exp, as a function."""
        s = self.s
        keys = torch.zeros(s.layers, batch, s.kv, self.CONTEXT, s.head, device="cuda", dtype=torch.bfloat16)
        values = torch.zeros_like(keys)
        ids = torch.randint(0, s.vocabulary, (batch,), device="cuda")
        at = torch.full((1,), self.CONTEXT - 1, device="cuda")
        cos = torch.randn(1, 1, s.head, device="cuda", dtype=torch.bfloat16)
        sin = torch.randn_like(cos)
        half = s.head // 2

        def turn(x):
            return x * cos + torch.cat((-x[..., half:], x[..., :half]), -1) * sin

        def run():
            x = self.embedding[ids]
            for i, (qkv, out, gate_up, down) in enumerate(self.layers):
                y = F.linear(F.rms_norm(x, (s.hidden,), self.one, 1e-5), qkv).view(batch, s.heads + 2 * s.kv, s.head)
                q, k, v = y[:, : s.heads], y[:, s.heads : s.heads + s.kv], y[:, s.heads + s.kv :]
                keys[i].index_copy_(2, at, turn(k)[:, :, None])
                values[i].index_copy_(2, at, v[:, :, None])
                a = F.scaled_dot_product_attention(turn(q)[:, :, None], keys[i], values[i], enable_gqa=True)
                x = x + F.linear(a.reshape(batch, s.heads * s.head), out)
                u = F.linear(F.rms_norm(x, (s.hidden,), self.one, 1e-5), gate_up)
                x = x + F.linear(F.silu(u[:, : s.inner]) * u[:, s.inner :], down)
            logits = F.linear(F.rms_norm(x, (s.hidden,), self.one, 1e-5), self.head).float()
            best, at_best = logits.topk(64)
            return torch.logsumexp(logits, -1), best, at_best

        return run

    def products(self, rows, heads):
        """cuBLAS's products of a prefill of `rows` tokens alone, the head for `heads` of them, as a function."""
        s = self.s
        x = {k: torch.randn(rows, k, device="cuda", dtype=torch.bfloat16) for k in (s.hidden, s.heads * s.head, s.inner)}

        def run():
            for matrices in self.layers:
                for w in matrices:
                    F.linear(x[w.shape[1]], w)
            F.linear(x[s.hidden][:heads], self.head)

        return run
