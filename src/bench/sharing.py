"""Measures what samples share: rows decoded for each token generated, by temperature, and the memory of many samples of a long prompt.

    src/bench/run sharing [--model DIR] [--prompts FILE] [--limit 64] [--samples 8] [--new 96] [--temperatures 0 0.3 0.7 1]

The rows are those of whole jobs (metrics.json: decoded_rows, generated_tokens, decode_seconds) with the samples of each prompt; without
--model they are the arithmetic prompts of the quickstart and its small model. Then the engine alone continues one prompt of
--long tokens 64 times, and the blocks of the KV cache that it held at most are compared with those that 64 copies of the prompt have.
"""

import argparse
import json
from pathlib import Path

import side_by_side
from side_by_side import ROOT, WORK

BLOCK = 32
MANY = 64


def job(a, temperature):
    """metrics.json of one run with the samples of each prompt."""
    prompts = WORK / "prompts.jsonl"
    prompts.write_text("".join(a.prompts.read_text().splitlines(keepends=True)[: a.limit]))
    return side_by_side.run_job(
        {
            "name": "sharing",
            "model": {"path": str(a.model), "dtype": a.dtype},
            "prompts": {"path": str(prompts), "format": "jsonl", "id": "id", "text": "prompt"},
            "sampling": {"temperature": temperature, "n": a.samples, "max_tokens": a.new},
        },
        a.threads,
    )


def rows(a):
    print("| temperature | tokens generated | rows decoded | rows per token | seconds of decoding |")
    print("|---|---|---|---|---|")
    for temperature in a.temperatures:
        found = job(a, temperature)
        tokens, decoded = found["generated_tokens"], found["decoded_rows"]
        print(
            f"| {temperature} | {tokens:,} | {decoded:,} | {decoded / tokens:.2f} | {found['decode_seconds']:.1f} |",
            flush=True,
        )


def memory(a):
    a.batch, a.prompt, a.new = [MANY], a.long, 16
    contender = side_by_side.engine(a, a.dtype)
    held = contender.generate(a.new, MANY, side_by_side.write_prompts(a, 1)[0])["held_blocks"]
    contender.close()
    alone = MANY * -(-(a.long + a.new - 1) // BLOCK)
    print(f"\n{MANY} samples of {a.long:,} tokens held {held:,} blocks of {BLOCK} positions; {alone:,} if each has its prompt for itself")


if __name__ == "__main__":
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    path = lambda text: Path(text).resolve()
    cli.add_argument("--model", type=path, default=ROOT / "data" / "models" / "tiny", help="folder in HF layout")
    cli.add_argument("--prompts", type=path, default=ROOT / "data" / "prompts" / "quickstart.jsonl", help="lines with id and prompt")
    cli.add_argument("--limit", type=int, default=64, help="prompts")
    cli.add_argument("--samples", type=int, default=8)
    cli.add_argument("--new", type=int, default=96, help="most tokens of a sample")
    cli.add_argument("--temperatures", nargs="*", type=float, default=[0, 0.3, 0.7, 1])
    cli.add_argument("--long", type=int, help="tokens of the long prompt; default: what the model's context allows, 2,000 at most")
    cli.add_argument("--dtype", default="float32", choices=side_by_side.DTYPES)
    cli.add_argument("--threads", type=int, default=2)
    args = cli.parse_args()
    longest = json.loads((args.model / "config.json").read_text())["max_position_embeddings"]
    args.long = args.long or min(2000, longest - 16)
    WORK.mkdir(parents=True, exist_ok=True)
    rows(args)
    memory(args)
