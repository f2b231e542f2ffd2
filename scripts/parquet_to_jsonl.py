#!/usr/bin/env python3
"""Writes the rows of a Parquet file as JSON Lines, for vrlt-data convert. Needs pyarrow. Usage: parquet_to_jsonl.py ROWS.parquet ROWS.jsonl"""
import json
import sys

import pyarrow.parquet

with open(sys.argv[2], "w", encoding="utf-8") as lines:
    for row in pyarrow.parquet.read_table(sys.argv[1]).to_pylist():
        lines.write(json.dumps(row, ensure_ascii=False, default=float) + "\n")  # half-precision numbers are numpy's
