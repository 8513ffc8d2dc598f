"""Measures what a number type costs in quality: a model in bfloat16 and int8 beside float32, by Gensweep's own commands.

    target/python/bin/python src/bench/precision.py --model DIR --text FILE...         # documents, paragraphs as prompts
    target/python/bin/python src/bench/precision.py --model DIR --prompts FILE.jsonl    # its column `prompt`

It scores the texts (bits per byte, and how far the log-prob of each token moves) and continues the prompts greedily (how many
continuations stay the same, and how much of each up to the first token that differs). Needs pyarrow; `mvn verify` makes target/python.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
from pathlib import Path

import pyarrow.parquet as parquet

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "target" / "precision"
DTYPES = ("float32", "bfloat16", "int8")


def gensweep(command, name, spec):
    out = WORK / name
    shutil.rmtree(out, ignore_errors=True)
    job = WORK / f"{name}.yaml"
    job.write_text(json.dumps({"name": name, **spec, "output": {"path": str(out)}}))
    with open(WORK / f"{name}.log", "w") as log:
        ended = subprocess.run([ROOT / "jobs" / "run", command, job], stdout=log, stderr=log)
    if ended.returncode:
        raise SystemExit(f"{command} failed, see {log.name}")
    folder = out / ("scores" if command == "score" else "completions")
    return sorted(parquet.read_table(folder).to_pylist(), key=lambda row: row["prompt_id"])


def write_rows(name, column, texts):
    path = WORK / name
    path.write_text("".join(json.dumps({"id": f"{i:05}", column: text}) + "\n" for i, text in enumerate(texts)))
    return {"path": str(path), "format": "jsonl", "id": "id", "text": column}


def same_part(one, other):
    """Share of one continuation before the first token at which the other differs."""
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    return same / max(len(one), len(other), 1)


def measure(a):
    if a.text:
        documents = [Path(file).read_text(encoding="utf-8") for file in a.text]
        paragraphs = [p.strip() for document in documents for p in document.split("\n\n") if len(p) > 200]
        prompts = [p[:150] for p in paragraphs[: a.count]]
    else:
        lines = Path(a.prompts).read_text(encoding="utf-8").splitlines()[: a.count]
        prompts = [json.loads(line)["prompt"] for line in lines]
        documents = None
    sampling = {"temperature": 0, "max_tokens": a.new}
    greedy = {"prompts": write_rows("prompts.jsonl", "prompt", prompts), "sampling": sampling}
    runs = {}
    for dtype in a.dtype:
        model = {"path": str(a.model), "dtype": dtype}
        runs[dtype] = gensweep("run", f"greedy-{dtype}", {"model": model, **greedy})
    if documents is None:
        documents = [row["text"] for row in runs["float32"]]
        documents = [prompt + text for prompt, text in zip(prompts, documents)]
    scored = {"prompts": write_rows("documents.jsonl", "text", documents), "score": {"document": "text"}}
    for dtype in a.dtype:
        model = {"path": str(a.model), "dtype": dtype}
        yield dtype, runs[dtype], gensweep("score", f"score-{dtype}", {"model": model, **scored})


def main(a):
    print(f"{a.model.name}: {a.count} prompts, {a.new} new tokens\n")
    print("| dtype | bits per byte | mean change of a log-prob | continuations the same | same before the first other token |")
    print("|---|---|---|---|---|")
    base = None
    for dtype, continuations, scores in measure(a):
        base = base or (continuations, scores)
        bits = sum(r["bits_per_byte"] * r["bytes"] for r in scores) / sum(r["bytes"] for r in scores)
        moved = [abs(x - y) for r, s in zip(scores, base[1]) for x, y in zip(r["logprobs"], s["logprobs"])]
        pairs = [(r["token_ids"], s["token_ids"]) for r, s in zip(continuations, base[0])]
        equal = sum(one == other for one, other in pairs)
        prefix = statistics.mean(same_part(one, other) for one, other in pairs)
        print(f"| {dtype} | {bits:.4f} | {statistics.mean(moved):.4f} | {equal} of {len(pairs)} | {prefix:.0%} |", flush=True)


if __name__ == "__main__":
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--model", required=True, type=lambda path: Path(path).resolve(), help="folder in HF layout")
    texts = cli.add_mutually_exclusive_group(required=True)
    texts.add_argument("--text", nargs="+")
    texts.add_argument("--prompts")
    cli.add_argument("--count", type=int, default=64, help="prompts")
    cli.add_argument("--new", type=int, default=64, help="tokens of a continuation")
    cli.add_argument("--dtype", nargs="+", default=list(DTYPES), choices=DTYPES, help="the first is compared with")
    args = cli.parse_args()
    os.chdir(ROOT)
    WORK.mkdir(parents=True, exist_ok=True)
    main(args)
