"""Prints "same N" when all outputs hold the same rows, bit for bit and in the order of their keys; else the first difference.

    same_rows.py OUTPUT OUTPUT ...
"""
import os
import sys

import pyarrow.parquet as pq

KEYS = ("prompt_id", "sweep_point", "sample_index", "reference_index")


def rows(output):
    kind = "completions" if os.path.isdir(f"{output}/completions") else "scores"
    table = pq.read_table(f"{output}/{kind}")
    order = table.sort_by([(name, "ascending") for name in KEYS if name in table.column_names])
    return order.combine_chunks()


first = rows(sys.argv[1])
for other in sys.argv[2:]:
    table = rows(other)
    assert table.schema.equals(first.schema), (table.schema, first.schema)
    assert table.num_rows == first.num_rows, (other, table.num_rows, first.num_rows)
    for name in first.column_names:
        if not table[name].equals(first[name]):
            bad = next(i for i in range(table.num_rows) if table[name][i] != first[name][i])
            sys.exit(f"{other}: {name} of {first['prompt_id'][bad]}: {first[name][bad]} and {table[name][bad]}")
print("same", first.num_rows)
