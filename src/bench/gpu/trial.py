"""The kernels on a card, part by part, the most important first; a part that fails or takes too long is told of, the others go on.

Kernels compile in other processes while the card works. Every part's figures go to trial.json as soon as it has ended.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path

import torch

import compile_ahead
import mark as marks
import step
import tiles
from mark import captured, median_ms

BF16 = torch.bfloat16
SHAPES = {**step.SHAPES, "tiny": step.Shape(192, 512, 4, 6, 2, 32, 512, 10000.0), "random": step.Shape(512, 1408, 4, 8, 2, 64, 5000)}
# Head sizes, groups and norms of heads that are not Llama's: (head, kv, group, norms, type).
ODD = {
    f"odd{i}": (step.Shape(208, 336, 2, kv * group, kv, head, 1000, 10000.0, 1e-5, norms), dtype)
    for i, (head, kv, group, norms, dtype) in enumerate(
        (
            (80, 2, 3, False, "bfloat16"),
            (96, 1, 7, True, "float16"),
            (192, 1, 16, True, "bfloat16"),
            (256, 2, 1, False, "bfloat16"),
            (64, 2, 2, True, "bfloat16"),
        )
    )
}
SHAPES.update({name: shape for name, (shape, _) in ODD.items()})
ROOT = Path(__file__).resolve().parents[3]
BATCHES = (1, 16, 64, 256)
BITS_AT = (1, 2, 3, 7, 16, 17, 32, 33, 64, 100, 128, 200)
CONTEXT = 256

# Tiles that `tune` tries, by bucket of rows; the sum over K is one loop in all of them.
T = tiles.Tile


def tma(*t, **more):
    return T(*t, tma=True, **more)


def stay(*t, **more):
    return T(*t, **{"each": 1, **more})


TRIED = {
    16: [
        T(16, 32, 128, 4, 8),
        T(16, 16, 512, 4, 3),
        tma(16, 32, 256, 4, 6),
        tma(16, 32, 256, 4, 8),
        tma(16, 32, 256, 4, 4),
        tma(16, 32, 512, 4, 4),
        tma(16, 16, 512, 4, 4),
        tma(16, 16, 512, 4, 6),
        tma(16, 32, 128, 4, 12),
        tma(16, 16, 256, 4, 12),
        tma(16, 64, 128, 4, 5),
        tma(16, 64, 128, 4, 9),
        tma(16, 64, 256, 4, 4),
    ],
    64: [
        T(64, 64, 64, 4, 5),
        tma(64, 32, 128, 4, 6),
        tma(64, 32, 128, 4, 8),
        tma(64, 32, 256, 4, 4),
        tma(64, 64, 128, 4, 4),
        tma(64, 64, 128, 4, 6),
        tma(64, 64, 64, 4, 8),
        tma(64, 128, 64, 4, 6),
        tma(64, 128, 128, 4, 4),
    ],
    256: [
        tma(128, 128, 64, 4, 6),
        tma(128, 128, 64, 8, 6),
        tma(128, 64, 64, 4, 8),
        tma(128, 64, 128, 4, 4),
        tma(128, 32, 128, 4, 5),
        tma(256, 128, 64, 8, 4),
        tma(128, 256, 64, 8, 4),
    ],
    512: [
        tma(256, 128, 64, 8, 3, group=8),
        tma(256, 128, 64, 8, 4, group=4),
        tma(128, 256, 64, 8, 4, group=8),
        tma(128, 128, 64, 4, 4, group=8),
    ],
}
GATED = {
    16: [
        T(16, 32, 256, 4, 3),
        T(16, 16, 512, 4, 3),
        tma(16, 32, 256, 4, 3),
        tma(16, 32, 256, 4, 5),
        tma(16, 16, 512, 4, 3),
        tma(16, 16, 512, 4, 4),
        tma(16, 16, 256, 4, 8),
        tma(16, 64, 128, 4, 5),
        tma(16, 32, 128, 4, 5),
        tma(16, 16, 256, 4, 4),
    ],
    64: [tma(64, 64, 64, 4, 6), tma(64, 64, 64, 4, 8), tma(64, 64, 128, 4, 3), tma(64, 64, 128, 4, 4), tma(64, 32, 128, 4, 5)],
    256: [tma(256, 64, 64, 8, 3), tma(256, 64, 64, 8, 4), tma(128, 128, 64, 8, 4), tma(128, 128, 64, 8, 3)],
    512: [tma(128, 128, 64, 8, 4, group=8), tma(128, 128, 64, 8, 3, group=8), tma(256, 64, 64, 8, 4, group=8)],
}
A = step.AttentionTile
DECODE = [A(16, 2, 3), A(16, 4, 3)]
PREFILL = [A(64, 4, 2), A(64, 4, 3), A(128, 8, 2), A(128, 8, 3), A(128, 4, 2)]
HOWS = (("plain", 0, False), ("pdl 1", 1, True), ("pdl 2, nothing ahead", 2, False), ("pdl 2", 2, True))


class Late(Exception):
    pass


class Trial:
    def __init__(self, a):
        self.out = Path(a.out)
        self.out.mkdir(parents=True, exist_ok=True)
        self.end = time.time() + a.seconds
        self.figures = {"parts": {}}
        self.decoders = {}
        self.pdl = a.pdl if torch.cuda.get_device_capability()[0] >= 9 else 0
        self.tiles, self.attention = {}, {}
        if a.tiles:
            self.tiles = {
                shape: {(kind, int(b)): T(*t) for kind, b, t in rows} for shape, rows in json.loads(Path(a.tiles).read_text()).items()
            }

    def say(self, *words):
        print(*words, flush=True)

    def write(self):
        (self.out / "trial.json").write_text(json.dumps(self.figures, indent=1))

    def part(self, name, limit, run, *args):
        left = self.end - time.time()
        if left < 5:
            self.say(f"== {name}: no time left")
            return
        start = time.time()

        def late(*_):
            raise Late(f"over {limit} s")

        signal.signal(signal.SIGALRM, late)
        signal.alarm(max(1, int(min(limit, left))))
        entry = self.figures["parts"].setdefault(name, {})
        try:
            run(entry, *args)
        except BaseException as e:
            entry["error"] = f"{type(e).__name__}: {str(e)[:400]}"
            self.say(f"== {name} FAILED: {entry['error']}")
            (self.out / "errors.txt").open("a").write(name + "\n" + traceback.format_exc() + "\n")
            if isinstance(e, KeyboardInterrupt):
                raise
        finally:
            signal.alarm(0)
            entry["seconds"] = round(time.time() - start, 1)
            self.say(f"== {name}: {entry['seconds']} s")
            self.write()

    def decoder(self, shape, pdl=None, ahead=True):
        if shape not in self.decoders:
            self.decoders.clear()
            torch.cuda.empty_cache()
            self.decoders[shape] = step.Weights.random(step.SHAPES[shape], BF16, "cuda")
        launch = step.Launcher(self.pdl if pdl is None else pdl, ahead)
        decoder = step.Decoder(self.decoders[shape], launch, 8192, self.tiles.get(shape))
        for name, value in self.attention.get(shape, {}).items():
            setattr(decoder, name, value)
        return decoder


class Graph:
    """One captured decode step of `rows` rows; ids, positions and temperatures are written into place."""

    def __init__(self, decoder, rows, length, order=None, candidates=True):
        s = decoder.w.shape
        self.cache = step.Cache(s, rows, length, decoder.dtype, "cuda", order)
        self.ids = torch.zeros(rows, device="cuda", dtype=torch.int64)
        self.positions = torch.full((rows,), length - 1, device="cuda", dtype=torch.int32)
        self.inverse = torch.full((rows,), 1 / 0.8, device="cuda")

        def run():
            logits = decoder.decode(self.ids, self.positions, self.cache)
            return logits, decoder.candidates(logits, self.inverse) if candidates else None

        self.graph, (self.logits, self.best) = captured(run)

    def __call__(self, ids, position):
        self.ids.copy_(ids)
        self.positions.fill_(position)
        self.graph.replay()
        return self.logits


def card(trial, entry):
    query = "name,driver_version,memory.total,clocks.max.sm"
    try:
        entry["nvidia-smi"] = subprocess.check_output(["nvidia-smi", f"--query-gpu={query}", "--format=csv,noheader"], text=True).strip()
    except OSError as e:
        entry["nvidia-smi"] = str(e)
    import triton

    entry.update(
        torch=torch.__version__,
        triton=triton.__version__,
        capability=list(torch.cuda.get_device_capability()),
        copy_GB_s=round(marks.copy_rate()),
    )
    trial.figures["copy_GB_s"] = entry["copy_GB_s"]
    trial.say(entry)


def right(trial, entry):
    """Greedy ids of the tiny and of a random model beside HF's, float32; in bfloat16, how far logits are from float32, ours and HF's."""
    from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

    torch.backends.cuda.matmul.allow_tf32 = False
    tiny = ROOT / "data/models/tiny"
    torch.manual_seed(3)
    config = LlamaConfig(
        hidden_size=512,
        intermediate_size=1408,
        num_hidden_layers=4,
        num_attention_heads=8,
        num_key_value_heads=2,
        head_dim=64,
        vocab_size=5000,
        rms_norm_eps=1e-5,
        rope_parameters={"rope_type": "default", "rope_theta": 500000.0},
        initializer_range=0.05,
        bos_token_id=1,
        eos_token_id=2,
    )
    for name, dtype in (("tiny", torch.float32), ("random", torch.float32), ("tiny", BF16), ("random", BF16)):
        hf = AutoModelForCausalLM.from_pretrained(tiny, dtype=dtype) if name == "tiny" else LlamaForCausalLM(config)
        frequencies = hf.model.rotary_emb.inv_freq
        hf = hf.to(dtype)
        hf.model.rotary_emb.inv_freq = frequencies  # which `to` rounds to bfloat16, and loading a checkpoint does not
        hf = hf.to("cuda").eval()
        weights = step.Weights.of_state(hf.config.to_dict(), hf.state_dict(), dtype, "cuda")
        decoder = step.Decoder(weights, step.Launcher(pdl=trial.pdl), 512)
        g = torch.Generator().manual_seed(5)
        lengths = [1, 2, 5, 17, 31, 40, 63, 64, 65, 80, 100, 130]
        prompts = [torch.randint(4, weights.shape.vocabulary, (n,), generator=g) for n in lengths]
        new, rows = 40, len(prompts)
        cache = step.Cache(weights.shape, rows, 192, dtype, "cuda", torch.randperm(rows * (192 // step.PAGE), generator=g))
        ends = torch.tensor(lengths).cumsum(0).cuda() - 1
        if dtype == BF16:
            # Two programs that round in other places part at near ties: how far is each from float32?
            everything = decoder.prefill(
                torch.cat(prompts).cuda(), decoder.places([(i, 0, n) for i, n in enumerate(lengths)], cache), cache
            ).float()
            with torch.no_grad():
                hfs = torch.cat([hf(p[None].cuda()).logits[0].float() for p in prompts])
                exact = hf.float()
                exact = torch.cat([exact(p[None].cuda()).logits[0] for p in prompts])
            errors = [float((x - exact).norm() / exact.norm()) for x in (everything, hfs)]
            entry[f"{name} bfloat16"] = dict(error_to_float32=round(errors[0], 5), hfs_error=round(errors[1], 5))
            trial.say("relative error of logits to HF's float32:", name, entry[f"{name} bfloat16"])
            continue
        logits = decoder.prefill(torch.cat(prompts).cuda(), decoder.places([(i, 0, n) for i, n in enumerate(lengths)], cache), cache, ends)
        ours, one = [], torch.ones(rows, device="cuda")
        positions = torch.tensor(lengths, dtype=torch.int32).cuda()
        for _ in range(new):
            ids = decoder.candidates(logits, one)[1][:, 0]
            ours.append(ids)
            logits = decoder.decode(ids.to(torch.int64), positions, cache)
            positions += 1
        ours = torch.stack(ours, 1).tolist()
        same = 0
        with torch.no_grad():
            for i, p in enumerate(prompts):
                # HF's best token after every prefix of ours: all equal, so is its greedy continuation.
                y = torch.tensor(ours[i], device="cuda")
                hfs = hf(torch.cat([p.cuda(), y[:-1]])[None]).logits[0, len(p) - 1 :].argmax(-1)
                same += bool((hfs == y).all())
        key = f"{name} {str(dtype)[6:]}"
        entry[key] = f"{same} of {rows} prompts"
        trial.say("greedy ids equal to HF's:", key, entry[key])


def odd(trial, entry):
    """Other head sizes, groups, norms of heads and float16: a decoded token has the bits of a prefilled one, both are near float32."""
    for name, (shape, dtype) in ODD.items():
        weights = step.Weights.random(shape, getattr(torch, dtype), "cuda")
        exact = step.Weights.random(shape, getattr(torch, dtype), "cuda")
        for w in (exact, *exact.layers):
            for key, value in vars(w).items():
                if isinstance(value, torch.Tensor):
                    setattr(w, key, value.float())
        tokens = torch.randint(0, shape.vocabulary, (5, 140), device="cuda")
        spans, logits = [(i, 0, 140) for i in range(5)], []
        for w in (weights, exact):
            decoder = step.Decoder(w, step.Launcher(trial.pdl), 512)
            cache = step.Cache(shape, 5, 192, w.head.dtype, "cuda")
            logits.append(decoder.prefill(tokens.flatten(), decoder.places(spans, cache), cache))
        decoder = step.Decoder(weights, step.Launcher(trial.pdl), 512)
        graph = Graph(decoder, 5, 192, torch.randperm(5 * (192 // step.PAGE)))
        same = sum(int((graph(tokens[:, t], t) == logits[0].view(5, 140, -1)[:, t]).all(-1).sum()) for t in range(140))
        error = float((logits[0].float() - logits[1]).norm() / logits[1].norm())
        entry[name] = dict(
            head=shape.head,
            group=shape.group,
            norms=shape.norm_heads,
            dtype=dtype,
            error_to_float32=round(error, 5),
            decoded_as_prefilled=f"{same} of 700",
        )
        trial.say(entry[name])


def bits(trial, entry, shape):
    """Rows alone and in 12 batches, on other pages and in other slots; prefill in chunks; a decoded token against a prefilled one."""
    decoder = trial.decoder(shape)
    s = decoder.w.shape
    g = torch.Generator().manual_seed(7)
    tokens = torch.randint(0, s.vocabulary, (256, 140), generator=g).cuda()
    width = 192 // step.PAGE

    def run(rows):
        """Logits of the last token, the candidates and log-sum-exps, of rows `rows` of tokens fed one by one."""
        graph = Graph(decoder, len(rows), width * step.PAGE, torch.randperm(len(rows) * width, generator=g))
        mine = tokens[rows]
        for t in range(mine.shape[1]):
            graph(mine[:, t], t)
        return graph.logits.clone(), [b.clone() for b in graph.best]

    whole, best = run(torch.arange(256).cuda())
    values, order = whole.float().topk(64)
    entry["candidates"] = dict(
        values=bool((best[0] == values).all()),
        log_sum_exp=float((best[2][:, 0] - whole.float().logsumexp(-1)).abs().max()),
        at_T=float((best[2][:, 1] - (whole.float() / 0.8).logsumexp(-1)).abs().max()),
    )
    entry["batches"] = {}
    for n in BITS_AT:
        rows = torch.randperm(256, generator=g)[:n].cuda()
        logits, mine = run(rows)
        entry["batches"][n] = int(
            ((logits == whole[rows]).all(-1) & (mine[1] == best[1][rows]).all(-1) & (mine[2] == best[2][rows]).all(-1)).sum()
        )
    trial.say(shape, "rows with all the bits they have among 256:", entry["batches"], "candidates", entry["candidates"])
    # Prefill.
    prompt = tokens[0]
    graph = Graph(decoder, 1, width * step.PAGE, torch.randperm(width, generator=g))
    decoded = torch.cat([graph(prompt[t : t + 1], t).clone() for t in range(140)])
    entry["decoded_in_batch"] = bool((decoded[-1] == whole[0]).all())

    def prefilled(cuts, beside=0):
        """Logits of all tokens of the prompt, prefilled in chunks that end at `cuts`, `beside` other prompts in the same chunks."""
        cache = step.Cache(s, 1 + beside, width * step.PAGE, BF16, "cuda", torch.randperm((1 + beside) * width, generator=g))
        out, start = [], 0
        for end in cuts:
            spans = [(i, start, end - start) for i in range(1 + beside)]
            logits = decoder.prefill(torch.cat([tokens[i, start:end] for i in range(1 + beside)]), decoder.places(spans, cache), cache)
            out.append(logits[: end - start])
            start = end
        order = cache.table[0].long()
        keys = torch.stack([k[order] for k in cache.k]), torch.stack([v[order] for v in cache.v])
        return torch.cat(out), keys

    alone, pages = prefilled([140])
    order = graph.cache.table[0].long()

    def kv_same(stored, at):
        def dense(pages):  # [layers, kv, positions, D]
            return pages.transpose(1, 2).flatten(2, 3)[:, :, :140]

        return bool((dense(torch.stack([k[order] for k in stored])) == dense(at)).all())

    entry["prefill_as_decode"] = f"{int((alone == decoded).all(-1).sum())} of 140 tokens"
    entry["kv_as_decode"] = kv_same(graph.cache.k, pages[0]) and kv_same(graph.cache.v, pages[1])
    cuts = {
        "64,140": [64, 140],
        "37,74,111,140": [37, 74, 111, 140],
        "1,2,3,139,140": [1, 2, 3, 139, 140],
        "63,65,128,140": [63, 65, 128, 140],
        "every token": list(range(1, 141)),
    }
    entry["chunkings"] = {k: int((prefilled(c)[0] == alone).all(-1).sum()) for k, c in cuts.items()}
    entry["beside"] = {n: int((prefilled([80, 140], n)[0] == alone).all(-1).sum()) for n in (1, 3, 15)}
    trial.say(
        shape,
        "prefill: as decoded",
        entry["prefill_as_decode"],
        "keys and values",
        entry["kv_as_decode"],
        "chunkings (of 140)",
        entry["chunkings"],
        "beside others",
        entry["beside"],
    )


def decode(trial, entry, shape):
    """Milliseconds a decode step at a context of 256 beside the mark's."""
    decoder = trial.decoder(shape)
    floor = decoder.w.read_by_a_step() / trial.figures["copy_GB_s"] / 1e6
    entry["floor_ms"] = round(floor, 3)
    entry["rows"] = {}
    other = marks.Mark(decoder.w.shape)
    for n in BATCHES:
        graph, _ = captured(other.step(n))
        m = median_ms(graph.replay)
        del graph
        whole = Graph(decoder, n, CONTEXT)
        ours = median_ms(whole.graph.replay)
        del whole
        bare = Graph(decoder, n, CONTEXT, candidates=False)
        without = median_ms(bare.graph.replay)
        del bare
        torch.cuda.empty_cache()
        entry["rows"][n] = dict(
            mark=round(m, 3),
            ours=round(ours, 3),
            without_candidates=round(without, 3),
            of_mark=round(ours / m, 3),
            floor_over_ours=round(floor / ours, 3),
            tokens_s=round(n / ours * 1e3),
        )
        trial.say(shape, n, entry["rows"][n])
        trial.write()
    del other
    torch.cuda.empty_cache()


def overlap(trial, entry, shape):
    """Milliseconds of a step by how kernels overlap."""
    for n in BATCHES:
        row = {}
        for name, pdl, ahead in HOWS:
            graph = Graph(trial.decoder(shape, pdl, ahead), n, CONTEXT)
            row[name] = round(median_ms(graph.graph.replay), 3)
            del graph
        entry[n] = row
        trial.say(shape, n, row)


def prefill(trial, entry, shape):
    """A chunk of 4,096 tokens beside cuBLAS's products alone."""
    decoder = trial.decoder(shape)
    s = decoder.w.shape
    other = marks.Mark(s)
    for name, prompts in (("16 prompts of 256", 16), ("1 prompt of 4096", 1)):
        each = 4096 // prompts
        ids = torch.randint(0, s.vocabulary, (4096,), device="cuda")
        cache = step.Cache(s, prompts, each, BF16, "cuda")
        wanted = torch.arange(1, prompts + 1, device="cuda") * each - 1
        spans = [(i, 0, each) for i in range(prompts)]
        places = decoder.places(spans, cache)
        graph, _ = captured(lambda: decoder.prefill(ids, places, cache, wanted))
        ours = median_ms(graph.replay, 5)
        del graph
        products = median_ms(other.products(4096, prompts), 5)
        entry[name] = dict(
            ours_ms=round(ours, 2), products_ms=round(products, 2), of_products=round(products / ours, 3), tokens_s=round(4096 / ours * 1e3)
        )
        trial.say(shape, name, entry[name])
    del other
    torch.cuda.empty_cache()


def moved(path, to, chunk, times, threads):
    """Seconds that `threads` take to read a file `times` times into `to` on the device, by chunks through two pinned buffers each."""
    size = to.numel()

    def move(i):
        stream = torch.cuda.Stream()
        pinned = [torch.empty(chunk, dtype=torch.uint8, pin_memory=True) for _ in range(2)]
        free = [torch.cuda.Event() for _ in range(2)]
        with path.open("rb", buffering=0) as f:
            for turn, at in enumerate(range(i * chunk, size * times, threads * chunk)):
                place = turn % 2
                free[place].synchronize()
                f.seek(at % size)
                f.readinto(pinned[place].numpy())
                with torch.cuda.stream(stream):
                    to[at % size : at % size + chunk].copy_(pinned[place], non_blocking=True)
                    free[place].record()
        stream.synchronize()

    start = time.time()
    crew = [threading.Thread(target=move, args=(i,)) for i in range(threads)]
    for t in crew:
        t.start()
    for t in crew:
        t.join()
    torch.cuda.synchronize()
    return time.time() - start


def load(trial, entry):
    """16 GiB from a file in memory to the device (a file of 4 GiB four times): several threads, each with its own stream."""
    path = Path("/dev/shm/gensweep-load") if Path("/dev/shm").exists() else trial.out / "load"
    size, chunk, times = 4 << 30, 32 << 20, 4
    try:
        block = torch.randint(0, 256, (chunk,), dtype=torch.uint8)
        with path.open("wb") as f:
            for _ in range(size // chunk):
                f.write(block.numpy())
        to = torch.empty(size, device="cuda", dtype=torch.uint8)
        for threads in (4, 8, 16):
            to.zero_()
            torch.cuda.synchronize()
            seconds = moved(path, to, chunk, times, threads)
            right_bytes = bool((to.view(-1, chunk) == block.cuda()).all())
            entry[f"{threads} threads"] = dict(seconds=round(seconds, 2), GB_s=round(size * times / seconds / 1e9, 1), right=right_bytes)
            trial.say("load, a file of 4 GiB four times:", threads, "threads", entry[f"{threads} threads"])
    finally:
        path.unlink(missing_ok=True)


def profile(trial, entry, shape):
    """Microseconds of each kernel of a step, and of a prefill of 16 prompts of 256 tokens, without overlap, by the profiler."""
    from torch.profiler import ProfilerActivity
    from torch.profiler import profile as profiled

    decoder = trial.decoder(shape, pdl=0)
    for n in (*BATCHES, "prefill"):
        rows = 16 if n == "prefill" else n
        cache = step.Cache(decoder.w.shape, rows, CONTEXT, BF16, "cuda")
        ids = torch.zeros(4096 if n == "prefill" else n, device="cuda", dtype=torch.int64)
        positions = torch.full((rows,), CONTEXT - 1, device="cuda", dtype=torch.int32)
        inverse = torch.ones(rows, device="cuda")
        places, wanted = decoder.places([(i, 0, 256) for i in range(16)], cache), torch.arange(1, 17, device="cuda") * 256 - 1

        def run():
            if n == "prefill":
                logits = decoder.prefill(ids, places, cache, wanted)
            else:
                logits = decoder.decode(ids, positions, cache)
            decoder.candidates(logits, inverse)

        run()
        torch.cuda.synchronize()
        with profiled(activities=[ProfilerActivity.CUDA]) as p:
            run()
            torch.cuda.synchronize()
        events = [(e.time_range.start, e.name, e.time_range.elapsed_us()) for e in p.events() if "kernel" in e.name]
        by = {}
        place = 0
        for _, name, us in sorted(events):
            if name == "product_kernel":
                last = place >= 3 * decoder.w.shape.layers
                name = "head" if last else ("qkv", "out", "down")[place % 3]
                place += 1
            name = name if name.endswith("_kernel") or len(name) < 6 else "PyTorch's"
            total, calls = by.get(name, (0, 0))
            by[name] = (total + us, calls + 1)
        entry[n] = {k: dict(us_a_call=round(t / c, 2), calls=c, ms_a_step=round(t / 1e3, 3)) for k, (t, c) in by.items()}
        trial.say(shape, n, {k: (v["us_a_call"], v["ms_a_step"]) for k, v in entry[n].items()})


def tune(trial, entry, shape, buckets):
    """Times of tiles in a chain of a step's products of one kind over all layers, and whether their bits differ."""
    decoder = trial.decoder(shape)
    s = decoder.w.shape
    layers = decoder.w.layers
    best_of = trial.figures.setdefault("best_tiles", {}).setdefault(shape, [])
    for rows, kinds in [(b, k) for b in buckets for k in s.products()]:
        kind, n, k, _ = kinds
        m = {16: 16, 64: 64, 256: 256, 512: 4096}[rows]
        if kind == "head" and rows == 512:
            continue
        before, x, one = (
            torch.randn(m, k, device="cuda", dtype=BF16),
            torch.empty(m, k, device="cuda", dtype=BF16),
            torch.ones(k, device="cuda", dtype=BF16),
        )
        y = torch.zeros(m, n, device="cuda", dtype=BF16)
        took, first = [], None
        for t in (GATED if kind == "gated" else TRIED)[rows]:

            def run(some=layers):
                for layer in some:
                    decoder.norm(before, one, x)  # as in a step, where a small kernel stands between
                    if kind == "gated":
                        decoder.gated(x, layer.gate, layer.up, y, t)
                    elif kind == "head":
                        decoder.product(kind, x, decoder.w.head, y, t=t)
                    else:
                        decoder.product(kind, x, getattr(layer, kind), y, t=t)

            y.zero_()
            some = layers[:2] if kind == "head" else layers[:8] if m > 1000 else layers
            try:
                run(some[:1])
                out = y.clone()
                first = out if first is None else first
                differ = int((out != first).sum())
                graph, _ = captured(lambda: run(some))
                us = median_ms(graph.replay, 8) / len(some) * 1e3
                del graph
                took.append((round(us, 2), list(t), differ))
            except Late:
                raise
            except Exception as e:
                took.append((1e9, list(t), str(e)[:60]))
        took.sort(key=lambda r: r[0])
        entry[f"{kind} {m}"] = took
        best_of.append([kind, rows, took[0][1]])
        trial.tiles.setdefault(shape, {})[kind, rows] = T(*took[0][1])
        trial.say(
            shape,
            kind,
            m,
            [r for r in took[:3]],
            "differ:",
            sum(r[2] != 0 for r in took if not isinstance(r[2], str)),
            "failed:",
            sum(isinstance(r[2], str) for r in took),
        )
        trial.write()


def tune_attention(trial, entry, shape):
    """Milliseconds of whole steps by the parts and warps of decode's attention, and microseconds of prefill's attention by its tile."""
    for n in (1, 16, 64):
        times = []
        for t in DECODE:
            for parts in (1, 2, 4):
                decoder = trial.decoder(shape)
                decoder.chosen_parts, decoder.decode_attention = {n: parts}, t
                graph = Graph(decoder, n, CONTEXT)
                times.append((round(median_ms(graph.graph.replay), 3), parts, list(t)))
                del graph
        entry[f"step of {n}"] = sorted(times)
        chosen = trial.attention.setdefault(shape, {"chosen_parts": {}})["chosen_parts"]
        chosen[n] = min(t for t in times if t[2] == list(DECODE[0]))[1]
        trial.say(shape, "step by parts and attention's tile,", n, sorted(times))
    decoder = trial.decoder(shape)
    s, layers = decoder.w.shape, decoder.w.layers[:8]
    for prompts in (16, 1):
        each = 4096 // prompts
        cache = step.Cache(s, prompts, each, BF16, "cuda")
        q, y = (
            torch.randn(4096, s.heads * s.head, device="cuda", dtype=BF16),
            torch.empty(4096, s.heads * s.head, device="cuda", dtype=BF16),
        )
        times = []
        for t in PREFILL:
            decoder.prefill_attention = t
            rows = decoder.places([(p, 0, each) for p in range(prompts)], cache)[0]

            def run():
                for i, layer in enumerate(layers):
                    decoder.attend(layer, q, cache, i, y, tiles=rows)

            graph, _ = captured(run)
            times.append((round(median_ms(graph.replay, 8) / len(layers) * 1e3, 2), list(t)))
        entry[f"prefill, {prompts} prompts"] = sorted(times)
        trial.attention[shape]["prefill_attention"] = A(*sorted(times)[0][1])
        trial.say(shape, "attention of prefill,", prompts, "prompts", sorted(times))


def driver(trial, entry):
    """A step recorded, then played from its cubins by the CUDA driver alone, in a process without Triton and PyTorch."""
    import shutil
    import tempfile

    folder = tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").exists() else None)
    try:
        script = [sys.executable, str(Path(__file__).with_name("by_driver.py"))]
        subprocess.run([*script, "record", folder], check=True, timeout=60)
        played = subprocess.run([*script, "play", folder], capture_output=True, text=True, timeout=60)
        if not played.stdout:
            raise RuntimeError(played.stderr[-500:])
        entry.update(json.loads(played.stdout))
        trial.say("by the driver alone:", played.stdout.strip())
    finally:
        shutil.rmtree(folder)


def hf_speed(trial, entry):
    """HF generate on the 1B shape, sampled, 16 new tokens."""
    from transformers import LlamaConfig, LlamaForCausalLM

    s = step.SHAPES["1b"]
    config = LlamaConfig(
        hidden_size=s.hidden,
        intermediate_size=s.inner,
        num_hidden_layers=s.layers,
        num_attention_heads=s.heads,
        num_key_value_heads=s.kv,
        head_dim=s.head,
        vocab_size=s.vocabulary,
        tie_word_embeddings=True,
    )
    with torch.device("cuda"):
        torch.set_default_dtype(BF16)
        hf = LlamaForCausalLM(config).eval()
        torch.set_default_dtype(torch.float32)
    for n in (1, 64):
        x = torch.randint(0, s.vocabulary, (n, 128), device="cuda")
        a = dict(
            attention_mask=torch.ones_like(x), do_sample=True, temperature=0.8, top_k=50, top_p=0.95, eos_token_id=None, pad_token_id=0
        )
        with torch.no_grad():
            hf.generate(x, **a, max_new_tokens=4, min_new_tokens=4)
            torch.cuda.synchronize()
            start = time.time()
            hf.generate(x, **a, max_new_tokens=16, min_new_tokens=16)
            torch.cuda.synchronize()
        entry[n] = dict(ms_a_token=round((time.time() - start) / 16 * 1e3, 1))
        trial.say("HF generate, 1b,", n, "rows:", entry[n])


def compile_part(task):
    """Compiles one share of the kernels into Triton's cache, in a process without a card."""
    what, shape, dtype, *rest = json.loads(task)
    compile_ahead.pretend(int(os.environ["GENSWEEP_CAPABILITY"]))
    shape_, dtype = SHAPES[shape], getattr(torch, dtype)
    if what == "products":
        rows, pdl, kinds, t = rest
        override = {(kind, b): T(*t) for kind in kinds for b in tiles.BUCKETS}
        compiled = compile_ahead.compile_products(shape_, dtype, rows, pdl, override, kinds)
    elif what == "attention":
        rows, pdl, chunk, t, parts = rest
        compiled = compile_ahead.compile_attention(shape_, dtype, rows, pdl, chunk, A(*t), parts)
    else:
        rows, chunks, pdl, ahead = rest
        best = {(kind, int(b)): T(*t) for kind, b, t in json.loads(os.environ["GENSWEEP_TILES"]).get(shape, [])}
        compiled = compile_ahead.compile_all(shape_, dtype, rows, chunks, pdl, best, ahead)
    from triton.backends.nvidia.driver import CudaLauncher

    for k in compiled:
        CudaLauncher(k.src, k.metadata)  # compiles what passes the arguments


def compile_tasks(tasks, best, seconds):
    """Runs `compile_part` of all tasks in processes, with the tiles `best` (JSON); waits for them up to `seconds`, returns them."""
    env = dict(os.environ, GENSWEEP_CAPABILITY="".join(map(str, torch.cuda.get_device_capability())), GENSWEEP_TILES=best)
    code = (
        "import sys, trial\nfor task in sys.stdin:\n    try:\n        trial.compile_part(task)\n    except Exception as e:\n"
        "        print('compile', task.strip(), repr(e)[:300], file=sys.stderr, flush=True)\n"
    )
    workers = max(2, min(16, os.cpu_count() or 4))
    begun, crew = time.time(), []
    for i in range(min(workers, len(tasks))):
        p = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, text=True, env=env)
        p.stdin.write("\n".join(map(json.dumps, tasks[i::workers])) + "\n")
        p.stdin.close()
        crew.append(p)
    if seconds:
        for p in crew:
            try:
                p.wait(max(1, seconds - (time.time() - begun)))
            except subprocess.TimeoutExpired:
                p.kill()
        print(f"compiled ahead: {time.time() - begun:.0f} s", flush=True)
    return crew


def step_tasks(shapes, hows, pdl):
    """Tasks for decode steps in each of `hows` (pdl, ahead) and for prefill."""
    tasks = [("step", shape, "bfloat16", [rows], [], *how) for how in hows for shape in shapes for rows in BATCHES]
    return tasks + [("step", shape, "bfloat16", m, t, pdl, True) for shape in shapes for m, t in (([32, 128], [140]), ([], [4096]))]


def tune_tasks(shapes, pdl):
    """Tasks for all tiles that are tried; products' kernels are the same for all shapes."""
    tasks = [
        ("products", shapes[0], "bfloat16", [{512: 4096}.get(rows, rows)], pdl, kinds, t)
        for rows in (16, 64, 256)
        for kinds, tried in ((("qkv", "out"), TRIED), (("gated",), GATED))
        for t in tried[rows]
    ]
    return tasks + attention_tasks(shapes, pdl)


def attention_tasks(shapes, pdl):
    tasks = [
        ("attention", shape, "bfloat16", m, pdl, 64, t, parts)
        for shape in shapes
        for m in (1, 16, 64)
        for t in DECODE
        for parts in (1, 2, 4)
    ]
    return tasks + [("attention", shape, "bfloat16", 0, pdl, 64, t, 1) for shape in shapes for t in PREFILL]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--out", default=str(ROOT / "target/gpu-trial"))
    p.add_argument("--shapes", nargs="*", default=["1b", "8b"], choices=step.SHAPES)
    p.add_argument(
        "--only",
        nargs="*",
        default=[],
        help="parts: right odd bits decode prefill overlap profile driver load hf; if named also tune, attention",
    )
    p.add_argument("--seconds", type=int, default=290)
    p.add_argument("--pdl", type=int, default=2, choices=(0, 1, 2), help="programmatic dependent launch, see step.Launcher")
    p.add_argument("--tiles", help="a file of tiles that an earlier trial found best")
    a = p.parse_args()
    trial = Trial(a)

    def part(name, limit, run, *args):
        if not a.only or name.split()[0] in a.only:
            trial.part(name, limit, run, *args)

    best = Path(a.tiles).read_text() if a.tiles else "{}"
    small = [("step", shape, dtype, [12], [598], trial.pdl, True) for shape in ("tiny", "random") for dtype in ("float32", "bfloat16")]
    hows = {(trial.pdl, True)} | ({how[1:] for how in HOWS} if not a.only or "overlap" in a.only else set())
    trial.part("card", 30, lambda e: card(trial, e))
    if "tune" in a.only:  # not without being asked for; what comes after runs with the best tiles
        compile_tasks(tune_tasks(a.shapes, trial.pdl), best, 70)
        for shape in a.shapes:
            part(f"tune {shape}", 60, lambda e: tune(trial, e, shape, [16, 64, 256]))
        best = json.dumps(trial.figures["best_tiles"])
    small += [("step", name, t, [5], [700], trial.pdl, True) for name, (_, dtype) in ODD.items() for t in (dtype, "float32")]
    some = attention_tasks(a.shapes, trial.pdl) if "attention" in a.only else []
    crew = compile_tasks(step_tasks(a.shapes, hows, trial.pdl) + some, best, 60) + compile_tasks(small, best, 0)
    for shape in a.shapes:
        if "attention" in a.only:
            part(f"attention {shape}", 30, lambda e: tune_attention(trial, e, shape))
        part(f"overlap {shape}", 40, lambda e: overlap(trial, e, shape))
        part(f"bits {shape}", 60, lambda e: bits(trial, e, shape))
        part(f"decode {shape}", 60, lambda e: decode(trial, e, shape))
        part(f"prefill {shape}", 30, lambda e: prefill(trial, e, shape))
        part(f"profile {shape}", 20, lambda e: profile(trial, e, shape))
    part("right", 60, lambda e: right(trial, e))
    part("odd", 60, lambda e: odd(trial, e))
    part("driver", 90, lambda e: driver(trial, e))
    part("load", 40, lambda e: load(trial, e))
    part("hf", 30, lambda e: hf_speed(trial, e))
    for c in crew:
        c.kill()
    trial.write()


if __name__ == "__main__":
    main()
