"""Changes one value of one row of an output and leaves all else as it is.

    tamper.py OUTPUT KIND COLUMN PROMPT_ID [LESS]
    # KIND is completions or scores; of a list, the second item changes, or the only one; a log-prob loses LESS, 0.25
"""
import glob
import sys

import pyarrow as pa
import pyarrow.parquet as pq

output, kind, column, prompt = sys.argv[1:5]
less = float(sys.argv[5]) if len(sys.argv) > 5 else 0.25
for file in glob.glob(f"{output}/{kind}/*.parquet"):
    table = pq.read_table(file)
    ids = table["prompt_id"].to_pylist()
    if prompt not in ids:
        continue
    values = table[column].to_pylist()
    row = ids.index(prompt)
    item = min(1, len(values[row]) - 1)
    if column == "text":
        values[row] += "!"
    elif column == "token_ids":
        values[row][item] = 5 if values[row][item] != 5 else 6
    else:
        values[row][item] -= less
    place = table.column_names.index(column)
    field = table.schema.field(column)
    pq.write_table(table.set_column(place, field, pa.chunked_array([values], field.type)), file)
    print("changed", file)
