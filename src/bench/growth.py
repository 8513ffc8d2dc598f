"""Measures how cost grows: seconds against batch, length of prompts, context, continuations of a prompt, and number of prompts.

    src/bench/run growth --model DIR [--threads 2] [--rounds 3]

Each is measured over a range of doublings, all else the same. The exponent is the slope of log seconds over log size between
neighbours: 1 is proportional, 0 is free, above 1 is worse than proportional. Expected: prompts 1; continuations up to 1, as batches fill;
prompt length 1, and attention on top; context below 1, since products do not depend on it.
"""

import argparse
import json
import math
import statistics
from pathlib import Path

import side_by_side
from side_by_side import ROOT, WORK

TINY = ROOT / "data" / "models" / "tiny"


def axes(longest):
    """Name, unit, what is timed, and for each size (prompts, their tokens, new tokens, samples)."""
    lengths = [length for length in (64, 128, 256, 512, 1024, 2048) if length + 16 <= longest]
    return [
        ("batch", "sequences", "decode_seconds", {b: (b, 64, 16, 1) for b in (1, 2, 4, 8, 16, 32, 64, 128)}),
        ("prompt", "tokens", "prefill_seconds", {length: (4, length, 1, 1) for length in lengths}),
        ("context", "tokens", "decode_seconds", {length: (8, length, 16, 1) for length in lengths}),
        ("n", "continuations of one prompt", "seconds", {n: (1, 256, 16, n) for n in (1, 2, 4, 8, 16, 32, 64)}),
    ]


def table(name, unit, what, seconds):
    sizes = list(seconds)
    print(f"\n{name}: {what.replace('_', ' ')} of {unit}\n")
    print("| | " + " | ".join(f"{size:,}" for size in sizes) + " |")
    print("|---|" + "---|" * len(sizes))
    print("| seconds | " + " | ".join(f"{seconds[size]:.3g}" for size in sizes) + " |")
    slopes = [
        math.log(seconds[after] / seconds[before]) / math.log(after / before) for before, after in zip(sizes, sizes[1:])
    ]
    print("| exponent | | " + " | ".join(f"{slope:.2f}" for slope in slopes) + " |", flush=True)


def engine(a):
    config = json.loads((a.model / "config.json").read_text())
    for name, unit, what, sizes in axes(config["max_position_embeddings"]):
        a.batch = [prompts * samples for prompts, _, _, samples in sizes.values()]
        a.prompt, a.new = max((length, new) for _, length, new, _ in sizes.values())
        contender = side_by_side.engine(a, a.dtype)
        seen = {size: [] for size in sizes}
        for number in range(a.rounds + 1):
            for size, (prompts, a.prompt, new, samples) in sizes.items():
                answer = contender.generate(new, samples, side_by_side.write_prompts(a, prompts)[0])
                if number:
                    seen[size].append(answer[what])
        contender.close()
        table(name, unit, what, {size: statistics.median(times) for size, times in seen.items()})


def jobs(a):
    a.model, a.prompt, a.new, a.batch = TINY, 16, 4, [64]
    seconds = {}
    for count in a.prompts:
        metrics = side_by_side.job(a, "float32", side_by_side.write_prompts(a, count)[1])
        seconds[count] = side_by_side.after_load(metrics)
    table("prompts", "a job with the small model", "seconds", seconds)


if __name__ == "__main__":
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--model", required=True, type=lambda path: Path(path).resolve(), help="folder in HF layout")
    cli.add_argument("--dtype", default="float32", choices=side_by_side.DTYPES)
    cli.add_argument("--rounds", type=int, default=3)
    cli.add_argument("--threads", type=int, default=2)
    cli.add_argument("--prompts", nargs="*", type=int, default=[1_000, 10_000, 100_000], help="sizes of the jobs; none: no jobs")
    args = cli.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    engine(args)
    if args.prompts:
        jobs(args)
