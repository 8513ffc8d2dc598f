"""Compares every row of a run of every-rule.yaml with what make_job_oracle.py recorded: ids, and both log-probs within 1e-4. EveryRuleIT
runs it.

    check_job.py OUTPUT ORACLE.json
"""
import json
import sys

import pyarrow.parquet as pq

output, oracle = sys.argv[1:]
keys = ("prompt_id", "sweep_point", "sample_index")
rows = {tuple(row[key] for key in keys): row for row in pq.read_table(f"{output}/completions").to_pylist()}
with open(oracle) as file:
    expected = json.load(file)
assert len(rows) == len(expected), (len(rows), len(expected))
for hf in expected:
    key = tuple(hf[name] for name in keys)
    row = rows[key]
    assert row["token_ids"] == hf["ids"], (key, row["token_ids"], hf["ids"])
    for name in ("logprobs", "sampling_logprobs"):
        off = max(abs(ours - theirs) for ours, theirs in zip(row[name], hf[name], strict=True))
        assert off < 1e-4, (key, name, off)
print("equal", len(rows))
