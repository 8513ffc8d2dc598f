"""Compares a float32 run of the quickstart with what HF transformers said: ids, text and log-probs. LocalRunIT runs it.

    check_quickstart.py OUTPUT ORACLE.json
"""
import json
import sys

import pyarrow.parquet as pq

output, oracle = sys.argv[1:]
rows = {row["prompt_id"]: row for row in pq.read_table(f"{output}/completions").to_pylist()}
assert len(rows) == 64, len(rows)
with open(oracle) as file:
    prompts = [p for p in json.load(file)["prompts"] if p["id"] in rows]
assert len(prompts) == 8, len(prompts)
for expected in prompts:
    row = rows[expected["id"]]
    assert row["token_ids"] == expected["ids"], (row, expected)
    assert row["text"] == expected["text"], (row, expected)
    assert row["prompt_tokens"] == len(expected["prompt_ids"])
    for ours, theirs in zip(row["logprobs"], expected["logprobs"], strict=True):
        assert abs(ours - theirs) < 1e-4, (expected["id"], ours, theirs)
    assert abs(row["cumulative_logprob"] - sum(row["logprobs"])) < 1e-6
right = sum(row["text"].rstrip(".").split()[-1] == row["answer"] for row in rows.values())
assert right >= 60, right
print("equal")
