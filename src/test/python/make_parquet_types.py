"""Writes Parquet files to src/test/resources/prompts: types.parquet has two prompts beside columns of every type that pyarrow writes
except float16, which newer.parquet has.

Run from the repository root with pyarrow installed:

    python src/test/python/make_parquet_types.py
"""

import decimal
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq

FOLDER = pathlib.Path("src/test/resources/prompts")
NANOSECONDS = [1_000_000_000_000_000_001, None]


def columns():
    yield "id", pa.array(["a", "b"], pa.large_string())
    yield "prompt", pa.array(["4 + 4", "5 + 5"]).dictionary_encode()
    yield "at", pa.array(NANOSECONDS, pa.timestamp("ns"))
    yield "at_utc", pa.array(NANOSECONDS, pa.timestamp("ns", tz="UTC"))
    yield "time_ms", pa.array([1, None], pa.time32("ms"))
    yield "time_us", pa.array([1, None], pa.time64("us"))
    yield "time_ns", pa.array([1, None], pa.time64("ns"))
    yield "nothing", pa.nulls(2)
    yield "nested", pa.array([[{"t": 1}], None], pa.list_(pa.struct([("t", pa.time64("us"))])))
    yield "map", pa.array([[("k", 1)], None], pa.map_(pa.string(), pa.timestamp("ns")))
    yield "duration", pa.array([1, None], pa.duration("ns"))
    yield "unsigned", pa.array([2**64 - 1, None], pa.uint64())
    yield "money", pa.array([decimal.Decimal("1.10"), None], pa.decimal128(38, 2))
    yield "wide", pa.array([decimal.Decimal("1.10"), None], pa.decimal256(60, 2))
    yield "bytes16", pa.array([b"0123456789abcdef", None], pa.binary(16))
    yield "large", pa.array([b"\xff", None], pa.large_binary())
    yield "category", pa.array(["x", None]).dictionary_encode()
    yield "uuid", pa.array([b"0123456789abcdef", None], pa.uuid())


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(dict(columns())), FOLDER / "types.parquet", version="2.6")
    newer = {"prompt": ["4 + 4"], "half": pa.array([1.5], pa.float16())}
    pq.write_table(pa.table(newer), FOLDER / "newer.parquet")


if __name__ == "__main__":
    main()
