"""Reads two Parquet files with PyArrow, pandas and DuckDB, and fails unless each of them sees the same in both. OutsideReadersIT runs it.

    read_parquet.py OURS REFERENCE
"""

import glob
import os
import sys

import duckdb
import pandas
import pyarrow.parquet


def parts(path):
    return sorted(glob.glob(os.path.join(path, "*.parquet"))) if os.path.isdir(path) else [path]


def seen_by_arrow(path):
    table = pyarrow.concat_tables([pyarrow.parquet.read_table(p) for p in parts(path)])
    types = [f"{f.name}: {f.type}" for f in table.schema]
    # By repr, because NaN differs from itself.
    return types, [repr(row) for row in table.to_pylist()]


def seen_by_pandas(path):
    frame = pandas.concat([pandas.read_parquet(p) for p in parts(path)])
    return [str(t) for t in frame.dtypes], [repr(row) for row in frame.values.tolist()]


def seen_by_duckdb(path):
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        source = f"FROM read_parquet({parts(path)!r})"
        types = [repr(row[:2]) for row in connection.execute(f"DESCRIBE {source}").fetchall()]
        # DuckDB's own text, because its Python values need a time zone package.
        return types, [repr(row) for row in connection.execute(f"SELECT COLUMNS(*)::VARCHAR {source}").fetchall()]


def main():
    ours, reference = sys.argv[1:]
    rows = None
    for see in (seen_by_arrow, seen_by_pandas, seen_by_duckdb):
        mine, theirs = see(ours), see(reference)
        for left, right in zip(mine[0] + sorted(mine[1]), theirs[0] + sorted(theirs[1])):
            if left != right:
                sys.exit(f"{see.__name__}:\n  ours      {left}\n  reference {right}")
        if len(mine[1]) != len(theirs[1]):
            sys.exit(f"{see.__name__}: {len(mine[1])} rows, reference has {len(theirs[1])}")
        rows = len(mine[1])
    print("same rows:", rows)


if __name__ == "__main__":
    main()
