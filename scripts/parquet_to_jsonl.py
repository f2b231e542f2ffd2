#!/usr/bin/env python3
"""Writes the rows of a Parquet or Arrow file as JSON Lines, for vrlt-data convert.

Needs pyarrow: pip install pyarrow. Columns that JSON cannot hold are written as what they stand for: a picture or sound in the file by the path that it
comes with, times as ISO text; what is left is dropped, counted and named by its column.

usage: parquet_to_jsonl.py ROWS.parquet ROWS.jsonl
       parquet_to_jsonl.py data-00000-of-00001.arrow ROWS.jsonl
"""
import collections
import json
import math
import os
import pathlib
import sys


def batches(path):
    """The rows of a file, some at a time, whatever its container."""
    import pyarrow
    import pyarrow.ipc
    import pyarrow.parquet

    with open(path, "rb") as file:
        start = file.read(8)
    if start.startswith(b"PAR1"):
        yield from pyarrow.parquet.ParquetFile(path).iter_batches()
    elif start.startswith(b"ARROW1"):
        reader = pyarrow.ipc.open_file(path)
        yield from (reader.get_batch(i) for i in range(reader.num_record_batches))
    else:
        yield from pyarrow.ipc.open_stream(path)


def plain(value, column, dropped):
    """The value as JSON can hold it."""
    if isinstance(value, dict):
        if isinstance(value.get("bytes"), bytes) and value.get("path"):
            return value["path"]  # how the datasets library keeps a picture or sound
        return {str(key): plain(item, column, dropped) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, column, dropped) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        dropped[column] += 1
        return None
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        dropped[column] += 1
        return None
    return float(value)  # half-precision numbers are numpy's


def main() -> int:
    wants_help = "-h" in sys.argv or "--help" in sys.argv
    if wants_help or len(sys.argv) != 3:
        print(__doc__.strip(), file=sys.stdout if wants_help else sys.stderr)
        return 0 if wants_help else 2
    source, target = map(pathlib.Path, sys.argv[1:])
    if not source.is_file():
        print(f"{source}: no such file", file=sys.stderr)
        return 66
    try:
        import pyarrow
    except ImportError:
        print("pyarrow is missing: pip install pyarrow", file=sys.stderr)
        return 2
    dropped, rows = collections.Counter(), 0
    part = target.with_name(target.name + ".part")
    try:
        with open(part, "w", encoding="utf-8") as lines:
            for batch in batches(source):
                for row in batch.to_pylist():
                    lines.write(json.dumps({key: plain(value, key, dropped) for key, value in row.items()}, ensure_ascii=False) + "\n")
                    rows += 1
    except (pyarrow.ArrowInvalid, OSError) as error:
        part.unlink(missing_ok=True)
        print(f"{source}: no Parquet or Arrow file: {error}", file=sys.stderr)
        return 65
    os.replace(part, target)
    for column, count in dropped.items():
        print(f"column {column}: {count} values that JSON cannot hold were written as null", file=sys.stderr)
    print(f"wrote {rows} rows to {target}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
