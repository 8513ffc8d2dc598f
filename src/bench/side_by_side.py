"""Measures generated tokens per second of the engine alone, of a whole Spark job and of other engines: one model, one machine, one run.

    src/bench/run --model DIR [--openvino DIR] [--ctranslate2 DIR] [--dtype float32 ...] [--samples N] [--packed] [--plain]

src/bench/run builds what is measured and starts this script; --help has all options. HF transformers runs the same folder.
- --openvino and --ctranslate2 name folders of the same model in those engines' own forms, made by `optimum-cli export openvino` and
  `ct2-transformers-converter`. Their packages must be in the Python environment.
- The limit is what the matrix products and one reading of the KV cache for each step allow (roofline.py), measured in the same rounds.
- --samples N continues every prompt N times; a batch then has N times fewer prompts.
- --packed also measures the engine with libtorch's operations and packed weights, as where there are no kernels.
- --plain also measures the engine with libtorch's plain products, whose rows do not keep their bits in another batch.

The contenders take turns, round by round, so that other work on the machine slows all of them. Medians over the rounds are shown, and
ratios within one round.
"""

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "target" / "bench"
DTYPES = ("float32", "bfloat16", "int8")
PEER_DTYPES = {"hf": ("float32", "bfloat16"), "openvino": ("float32", "bfloat16"), "ctranslate2": ("float32", "int8")}


class Contender:
    """A process that holds one model and generates what it is asked for, line by line."""

    def __init__(self, name, command):
        self.name = name
        self.log = WORK / (name.replace(" ", "-") + ".log")
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=open(self.log, "w"), text=True
        )
        self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} has ended, see {self.log}")
        return json.loads(line)

    def generate(self, tokens, samples, prompts):
        self.process.stdin.write(f"{tokens} {samples} {prompts}\n")
        self.process.stdin.flush()
        return self.answer()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def engine(a, dtype, *backend):
    java = Path(os.environ["JAVA_HOME"], "bin", "java") if "JAVA_HOME" in os.environ else "java"
    target = ROOT / "target"
    # The jar leaves logging to Spark's class path.
    classpath = f"{target / 'gensweep.jar'}:{target / 'test-classes'}:{(target / 'spark.classpath').read_text().strip()}"
    settings = [a.model, dtype, str(a.threads), str(max(a.batch)), str(a.prompt + a.new), *backend]
    command = [java, "-Xmx2g", "-cp", classpath, "io.gensweep.bench.EngineAlone", *settings]
    return Contender(" ".join(["gensweep", *backend, dtype]), command)


def backends(a):
    """Those that are measured beside the one of a job."""
    return ["packed"] * a.packed + ["plain"] * a.plain


def limit(a, dtype):
    command = [sys.executable, ROOT / "src" / "bench" / "roofline.py", a.model, dtype, str(a.threads)]
    return Contender(f"limit {dtype}", command)


def peers(a, dtype):
    """The names of those that run in this dtype."""
    asked = {"hf": not a.no_hf, "openvino": a.openvino, "ctranslate2": a.ctranslate2}
    return [name for name, dtypes in PEER_DTYPES.items() if asked[name] and dtype in dtypes]


def peer(a, name, dtype):
    bench = ROOT / "src" / "bench"
    if name == "hf":
        command = [sys.executable, bench / "hf.py", a.model, dtype, str(a.threads)]
    else:
        folder = {"openvino": a.openvino, "ctranslate2": a.ctranslate2}[name]
        command = [sys.executable, bench / "peer.py", name, folder, dtype, str(a.threads), str(max(a.batch))]
    return Contender(f"{name} {dtype}", command)


def job(a, dtype, prompts):
    """metrics.json of one run with random prompts."""
    return run_job(
        {
            "name": "bench",
            "model": {"path": str(a.model), "dtype": dtype},
            "prompts": {"path": str(prompts), "format": "jsonl", "id": "id", "tokens": "tokens"},
            "sampling": {"temperature": 0.8, "top_k": 50, "top_p": 0.95, "max_tokens": a.new, "ignore_eos": True},
            "engine": {"max_batch": max(a.batch)},
        },
        a.threads,
    )


def run_job(spec, threads):
    """metrics.json of one run in Spark's local mode. spec: a job file without its output."""
    out = WORK / "out"
    shutil.rmtree(out, ignore_errors=True)
    (WORK / "job.yaml").write_text(json.dumps({**spec, "output": {"path": str(out)}}))
    with open(WORK / "job.log", "w") as log:
        ended = subprocess.run(
            [ROOT / "jobs" / "run", WORK / "job.yaml"],
            stdout=log,
            stderr=log,
            env={**os.environ, "GENSWEEP_MASTER": f"local[{threads}]"},
        )
    if ended.returncode:
        raise SystemExit(f"the job failed, see {WORK / 'job.log'}")
    return json.loads((out / "metrics.json").read_text())


def write_prompts(a, count):
    """The same random token ids as one prompt a line and as the prompt set of a job."""
    vocab = json.loads((Path(a.model) / "config.json").read_text())["vocab_size"]
    rng = random.Random(0)
    prompts = [[rng.randrange(min(100, vocab // 2), min(40000, vocab)) for _ in range(a.prompt)] for _ in range(count)]
    lines, rows = WORK / f"prompts-{count}.txt", WORK / f"prompts-{count}.jsonl"
    lines.write_text("".join(" ".join(map(str, p)) + "\n" for p in prompts))
    rows.write_text("".join(json.dumps({"id": f"p{i}", "tokens": p}) + "\n" for i, p in enumerate(prompts)))
    return lines, rows


def measure(a):
    """{(contender, column): [measurement of each round]}; a column is a batch, or "job"."""
    files = {batch: write_prompts(a, max(1, batch // a.samples))[0] for batch in a.batch}
    rows = write_prompts(a, a.job_prompts)[1]
    seen = {}
    contenders = []
    try:
        for dtype in a.dtype:
            contenders.append(engine(a, dtype))
            contenders += [engine(a, dtype, backend) for backend in backends(a)]
            contenders += [peer(a, name, dtype) for name in peers(a, dtype)]
            contenders.append(limit(a, dtype))
        for contender in contenders:
            contender.generate(8, a.samples, files[min(a.batch)])
        for number in range(a.rounds):
            for batch in a.batch:
                for contender in contenders:
                    answer = contender.generate(a.new, a.samples, files[batch])
                    seen.setdefault((contender.name, batch), []).append(answer)
            for dtype in [] if a.no_job else a.dtype:
                seen.setdefault((f"job {dtype}", "job"), []).append(job(a, dtype, rows))
            print(f"round {number + 1} of {a.rounds} done", file=sys.stderr)
    finally:
        for contender in contenders:
            contender.close()
    return seen


def rate(answer):
    return answer["tokens"] / answer["seconds"]


def after_load(metrics):
    return metrics["wall_seconds"] - metrics["start_seconds"]


def report(a, seen):
    columns = [f"batch {batch}" for batch in a.batch]
    print(f"tokens/s, prompt {a.prompt}, new {a.new}, {a.samples} of each prompt, {a.threads} threads, median of {a.rounds} rounds (least-most)\n")
    print(f"| {'':26} | " + " | ".join(f"{c:>18}" for c in columns) + " |")
    print(f"|{'-' * 28}|" + "|".join("-" * 19 + ":" for _ in columns) + "|")
    for name in dict.fromkeys(name for name, column in seen if column != "job"):
        rates = [[rate(answer) for answer in seen[name, batch]] for batch in a.batch]
        row(name, [f"{statistics.median(r):.0f} ({min(r):.0f}-{max(r):.0f})" for r in rates])
    for dtype in a.dtype:
        for other in [f"gensweep {backend}" for backend in backends(a)] + peers(a, dtype) + ["limit"]:
            pairs = [zip(seen[f"gensweep {dtype}", b], seen[f"{other} {dtype}", b]) for b in a.batch]
            ratios = [statistics.median(rate(ours) / rate(theirs) for ours, theirs in pair) for pair in pairs]
            row(f"gensweep / {other.removeprefix('gensweep ')}, {dtype}", [f"{ratio:.2f}" for ratio in ratios])
    for dtype in [] if a.no_job else a.dtype:
        jobs = seen[f"job {dtype}", "job"]
        rates = [m["generated_tokens"] / after_load(m) for m in jobs]
        spark = [1 - m["engine_seconds"] / after_load(m) for m in jobs]
        print(
            f"\nSpark job, {dtype}: {a.job_prompts} prompts, {statistics.median(rates):.0f} tokens/s once the model is loaded"
            f" ({statistics.median(m['start_seconds'] for m in jobs):.1f} s from the start, {statistics.median(m['model_load_seconds'] for m in jobs):.1f} of them loading);"
            f" outside the engine {statistics.median(spark):.1%} of"
            f" {statistics.median(map(after_load, jobs)):.1f} s"
        )


def row(name, cells):
    print(f"| {name:26} | " + " | ".join(f"{cell:>18}" for cell in cells) + " |")


if __name__ == "__main__":
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--model", required=True, type=lambda path: Path(path).resolve(), help="folder in HF layout")
    cli.add_argument("--batch", nargs="+", type=int, default=[1, 16, 64])
    cli.add_argument("--prompt", type=int, default=64, help="tokens of a prompt")
    cli.add_argument("--new", type=int, default=64, help="tokens generated for each prompt")
    cli.add_argument("--samples", type=int, default=1, help="continuations of each prompt")
    cli.add_argument("--rounds", type=int, default=3)
    cli.add_argument("--threads", type=int, default=2)
    cli.add_argument("--dtype", nargs="+", default=["float32", "bfloat16"], choices=DTYPES)
    cli.add_argument("--openvino", help="folder of the model in OpenVINO's form")
    cli.add_argument("--ctranslate2", help="folder of the model in CTranslate2's form")
    cli.add_argument("--job-prompts", type=int, default=512, help="prompts of the Spark job")
    cli.add_argument("--packed", action="store_true", help="the engine with libtorch's operations as well")
    cli.add_argument("--plain", action="store_true", help="the engine with plain matrix products as well")
    cli.add_argument("--no-hf", action="store_true")
    cli.add_argument("--no-job", action="store_true")
    args = cli.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    report(args, measure(args))
