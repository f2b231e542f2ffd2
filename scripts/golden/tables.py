#!/usr/bin/env python3
"""Writes small tables as verl, EasyR1 and the datasets library keep them, and their rows as JSON, which tests read back.

Needs pyarrow (written by 26.0.1): pip install pyarrow. Without random numbers: the same bytes of rows each time.
usage: scripts/golden/tables.py tests/golden/data/tables
"""
import datetime
import decimal
import json
import pathlib
import sys

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

VERL = [
    {"data_source": "mine", "prompt": [{"role": "user", "content": "<video>What is turned on?\nA. a light\nB. a TV"}],
     "videos": [{"video": "clips/clip_0.mp4"}], "ability": "video", "reward_model": {"style": "rule", "ground_truth": "B"}, "extra_info": {"split": "train", "index": 0}},
    {"data_source": "mine", "prompt": [{"role": "system", "content": "Think first."}, {"role": "user", "content": "<video>When does it ring?"}],
     "videos": [{"video": "clips/clip_1.mp4"}], "ability": "video", "reward_model": {"style": "rule", "ground_truth": "1.0 to 2.5"}, "extra_info": {"split": "train", "index": 1}},
]
EASYR1 = [
    {"problem": "<video>What? A. a light B. a TV", "answer": "A", "videos": ["clips/clip_0.mp4"], "images": None},
    {"problem": "<image>Who?", "answer": "a man", "videos": None, "images": ["a.png"]},
]


def kinds():
    """One column of each kind that a table may have."""
    return pa.table({
        "text": ["é", None, ""],
        "large": pa.array(["a", "b", None], pa.large_string()),
        "coded": pa.array(["x", "y", "x"]).dictionary_encode(),
        "bytes": pa.array([b"\xff\xfe", b"plain", None], pa.binary()),
        "i8": pa.array([-1, 2, None], pa.int8()),
        "u64": pa.array([2**63, 1, 0], pa.uint64()),
        "f16": pa.array([0.5, 1.5, None], pa.float16()),
        "f32": pa.array([0.1, float("nan"), float("inf")], pa.float32()),
        "f64": pa.array([0.1, -1e300, None]),
        "flag": [True, False, None],
        "lists": pa.array([[[1, 2], []], [], None], pa.list_(pa.list_(pa.int32()))),
        "pairs": pa.array([[1.0, 2.0], [3.0, 4.0], None], pa.list_(pa.float64(), 2)),
        "object": pa.array([{"a": 1, "b": ["x"]}, {"a": None, "b": None}, None], pa.struct([("a", pa.int64()), ("b", pa.list_(pa.string()))])),
        "map": pa.array([[("k", 1)], [], None], pa.map_(pa.string(), pa.int32())),
        "day": pa.array([datetime.date(2024, 2, 29), None, None], pa.date32()),
        "price": pa.array([decimal.Decimal("1.20"), None, None], pa.decimal128(5, 2)),
        "nothing": pa.nulls(3),
    })


def plain(value):
    """As JSON has it: the promises of io/column_file.h."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        return {key: plain(item) for key, item in value}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return {"num_bytes": len(value)}
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    if isinstance(value, (datetime.date, decimal.Decimal)):
        return str(value)
    return float(value) if type(value).__name__ == "float16" else value


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    table = kinds()
    rows = [plain(row) for row in table.to_pylist()]
    for row in rows:
        if row["map"] == []:
            row["map"] = {}
    pq.write_table(table, out / "kinds.parquet", row_group_size=2, compression="zstd")
    with pyarrow.ipc.new_stream(out / "kinds.arrow", table.schema) as stream:
        stream.write_table(table)
    (out / "kinds.json").write_text(json.dumps({"about": f"python scripts/golden/tables.py; pyarrow {pa.__version__}", "rows": rows}, indent=1) + "\n")
    pq.write_table(pa.Table.from_pylist(VERL), out / "verl.parquet")
    pq.write_table(pa.Table.from_pylist(EASYR1), out / "easyr1.parquet")
    return 0


if __name__ == "__main__":
    sys.exit(main())
