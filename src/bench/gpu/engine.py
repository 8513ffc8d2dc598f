"""The engine on a card: greedy ids beside Hugging Face, equal bits in all batches, and decode steps beside the mark and HF.

    src/bench/gpu/run engine [--only right bits speed] [--shapes 1b 8b] [--batches 1 16 64 256]

For a machine with NVIDIA's driver and a Python with torch (CUDA), transformers and safetensors, which only the comparison needs; the engine
runs from target/gensweep.jar. Models have random weights (`--models DIR` keeps them). Prints lines of JSON and writes --out.
"""

import argparse
import json
import shlex
import subprocess
import sys
import time
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "src/main/native/cuda"), str(ROOT / "src/bench/gpu")]

import mark
import step

JAVA = f"java -cp {ROOT}/target/gensweep.jar:{ROOT}/target/test-classes"
BITS = (1, 2, 3, 5, 8, 13, 16, 29, 64, 100, 128, 200)


def config(shape):
    """What config.json says of a Llama of a shape (`step.Shape`)."""
    return dict(
        architectures=["LlamaForCausalLM"],
        model_type="llama",
        hidden_size=shape.hidden,
        intermediate_size=shape.inner,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.kv,
        head_dim=shape.head,
        vocab_size=shape.vocabulary,
        max_position_embeddings=8192,
        rms_norm_eps=shape.eps,
        rope_theta=shape.theta,
        tie_word_embeddings=False,
        torch_dtype="bfloat16",
        hidden_act="silu",
    )


def make(folder, c, seed=1):
    """A checkpoint of random weights in the shape of a config, in files of a few layers."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    g = torch.Generator(device="cuda").manual_seed(seed)

    def r(*n):
        return torch.randn(*n, device="cuda", dtype=torch.bfloat16, generator=g).mul_(0.6 / n[-1] ** 0.5).cpu()

    h, q, k = c["hidden_size"], c["num_attention_heads"] * c["head_dim"], c["num_key_value_heads"] * c["head_dim"]
    one = torch.ones(h, dtype=torch.bfloat16)
    files = [{"model.embed_tokens.weight": r(c["vocab_size"], h).mul_(8), "lm_head.weight": r(c["vocab_size"], h), "model.norm.weight": one}]
    for i in range(c["num_hidden_layers"]):
        p = f"model.layers.{i}."
        if i % 4 == 0:
            files.append({})
        files[-1] |= {
            p + "input_layernorm.weight": one.clone(),
            p + "post_attention_layernorm.weight": one.clone(),
            p + "self_attn.q_proj.weight": r(q, h),
            p + "self_attn.k_proj.weight": r(k, h),
            p + "self_attn.v_proj.weight": r(k, h),
            p + "self_attn.o_proj.weight": r(h, q),
            p + "mlp.gate_proj.weight": r(c["intermediate_size"], h),
            p + "mlp.up_proj.weight": r(c["intermediate_size"], h),
            p + "mlp.down_proj.weight": r(h, c["intermediate_size"]),
        }
    where = {}
    for n, tensors in enumerate(files):
        name = f"model-{n + 1:05}-of-{len(files):05}.safetensors"
        save_file(tensors, folder / name)
        where |= {t: name for t in tensors}
    (folder / "model.safetensors.index.json").write_text(json.dumps(dict(metadata={}, weight_map=where)))
    (folder / "config.json").write_text(json.dumps(c))
    (folder / "tokenizer.json").write_bytes((ROOT / "data/models/tiny/tokenizer.json").read_bytes())


class Trial:
    def __init__(self, a):
        self.a, self.found = a, []
        self.folder = Path(a.models)
        self.folder.mkdir(parents=True, exist_ok=True)

    def say(self, **what):
        self.found.append(what)
        print(json.dumps(what), flush=True)
        Path(self.a.out).write_text(json.dumps(self.found, indent=1))

    def prompts(self, count, lengths, vocabulary, seed=3):
        g = torch.Generator().manual_seed(seed)
        return [torch.randint(4, vocabulary, (lengths[i % len(lengths)],), generator=g).tolist() for i in range(count)]

    def engine(self, model, dtype, length, tokens, temperature, prompts, batches):
        """Lines of the engine: its load, each batch, ids."""
        file = self.folder / "prompts.txt"
        file.write_text("".join(" ".join(map(str, p)) + "\n" for p in prompts))
        command = shlex.split(self.a.java) + ["io.gensweep.bench.Continuations", str(model), dtype, self.a.device, str(length), str(tokens)]
        command += [str(temperature), str(file), *map(str, batches)]
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode:
            print(run.stderr[-4000:], flush=True)
            raise RuntimeError(f"the engine ended with {run.returncode}")
        return [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]

    def model(self, shape):
        folder = self.folder / shape
        if not (folder / "config.json").exists():
            begun = time.time()
            make(folder, config(step.SHAPES[shape]))
            self.say(part="make", shape=shape, seconds=round(time.time() - begun, 1))
        return folder

    def right(self):
        """Greedy ids in float32 of prompts of 1 to 130 tokens."""
        from transformers import AutoModelForCausalLM

        tiny = ROOT / "data/models/tiny"
        prompts = self.prompts(12, [1, 2, 9, 31, 32, 33, 63, 64, 65, 100, 128, 130], 512)
        hf = AutoModelForCausalLM.from_pretrained(tiny, dtype=torch.float32).eval()
        want = []
        for p in prompts:
            ids = torch.tensor([p])
            with torch.no_grad():
                y = hf.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=40, min_new_tokens=40, eos_token_id=None, pad_token_id=0)
            want.append(y[0, len(p) :].tolist())
        got = self.engine(tiny, "float32", 256, 40, 0, prompts, [5])[-1]["ids"]
        self.say(part="right", prompts=len(prompts), equal=sum(x == y for x, y in zip(got, want)))

    def bits(self):
        """Ids and log-probs of sampled continuations in batches of many sizes."""
        cases = [(self.model(s), "bfloat16", 128256, 12) for s in self.a.shapes[:1]]
        cases += [(ROOT / "data/models/tiny", dtype, 512, 24) for dtype in ("float32", "bfloat16")]
        for model, dtype, vocabulary, tokens in cases:
            prompts = self.prompts(200, [1, 7, 33, 64, 150, 31, 90], vocabulary)
            lines = self.engine(model, dtype, 256, tokens, 0.8, prompts, BITS)
            runs = [line for line in lines if "digest" in line]
            self.say(
                part="bits",
                model=model.name,
                dtype=dtype,
                batches=list(BITS),
                digests=len({r["digest"] for r in runs}),
                failed=sum(r["failed"] for r in runs),
            )

    def speed(self):
        """Decode steps at contexts of 224 to 288, prefill and load."""
        for shape in self.a.shapes:
            model, other = self.model(shape), mark.Mark(step.SHAPES[shape])
            marks = {}
            for batch in self.a.batches:
                graph, _ = mark.captured(other.step(batch))
                marks[batch] = mark.median_ms(graph.replay)
                del graph
            # The engine gets the whole card.
            del other
            torch.cuda.empty_cache()
            for batch, marked in marks.items():
                prompts = self.prompts(batch, [224], 128256)
                lines = self.engine(model, "bfloat16", 512, 64, 0.8, prompts, [batch, batch, batch])
                best = min((line for line in lines if "digest" in line), key=lambda r: r["seconds"])
                steps = 63
                self.say(
                    part="speed",
                    shape=shape,
                    batch=batch,
                    load_seconds=lines[0]["load_seconds"],
                    prefill_ms=round(best["prefill_seconds"] * 1e3, 2),
                    decode_ms=round(best["decode_seconds"] * 1e3 / steps, 3),
                    step_ms=round((best["seconds"] - best["prefill_seconds"]) * 1e3 / steps, 3),
                    mark_ms=round(marked, 3),
                    of_mark=round(best["decode_seconds"] * 1e3 / steps / marked, 3),
                    tokens_a_second=round(batch * 64 / best["seconds"]),
                )


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--only", nargs="*", default=["right", "bits", "speed"])
    p.add_argument("--shapes", nargs="*", default=list(step.SHAPES), choices=step.SHAPES)
    p.add_argument("--batches", nargs="*", type=int, default=[1, 16, 64, 256])
    p.add_argument("--java", default=JAVA, help="what runs a class of the engine")
    p.add_argument("--device", default="cuda:0")
    p.add_argument("--models", default=str(ROOT / "target/gpu-models"))
    p.add_argument("--out", default=str(ROOT / "target/gpu-engine.json"))
    a = p.parse_args()
    Path(a.out).parent.mkdir(parents=True, exist_ok=True)
    trial = Trial(a)
    for part in a.only:
        begun = time.time()
        try:
            getattr(trial, part)()
        except Exception as e:
            trial.say(part=part, error=repr(e)[:500])
        print(f"{part}: {time.time() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
