#!/usr/bin/env python3
"""Our tokenizer and `tokenizers` side by side: same texts, one thread each, interleaved.

usage: tokenizer_speed.py [--repeats 7] [--program build/release/bin/tokenizer_benchmark]     needs tokenizers; build the program first:
       cmake --build --preset release --target tokenizer_benchmark

Ids are compared first. Of `tokenizers` the fastest of encode, encode_batch and encode_batch_fast counts. The vocabulary is the full one of Qwen.
Prints min, median and largest of the seconds, and the ratio of the minima (above 1: ours is faster).
"""
import argparse
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"
import tokenizers  # noqa: E402  (reads the variables above)

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests/golden/data"


def rows(file):
    return [json.loads(line) for line in (GOLDEN / file).read_text(encoding="utf-8").rstrip("\n").split("\n")]


def workloads():
    texts = [row["text"] for row in rows("tokenizer/full_encode.jsonl")]
    licence = (ROOT / "LICENSE").read_text()
    return {
        "prompts": [row["rendered"] for row in rows("chat_template/chat.jsonl")] * 40,
        "every kind of text": texts * 10,
        "English, long": [licence * 40],
        "mixed, long": ["\n".join(texts) * 4],
    }


def reference(folder):
    """As Qwen2TokenizerFast makes it from the same files."""
    from transformers import AutoTokenizer
    return AutoTokenizer.from_pretrained(folder).backend_tokenizer


def digest(ids):
    return hashlib.sha256(b"".join(i.to_bytes(8, "little") for i in ids)).hexdigest()


def time_reference(tokenizer, texts):
    ways = {
        "encode": lambda: [tokenizer.encode(text, add_special_tokens=False) for text in texts],
        "encode_batch": lambda: tokenizer.encode_batch(texts, add_special_tokens=False),
        "encode_batch_fast": lambda: tokenizer.encode_batch_fast(texts, add_special_tokens=False),
    }
    seconds = {}
    for name, way in ways.items():
        start = time.perf_counter()
        way()
        seconds[name] = time.perf_counter() - start
    return min(seconds.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--program", type=Path, default=ROOT / "build/release/bin/tokenizer_benchmark")
    arguments = parser.parse_args()
    print(f"tokenizers {tokenizers.__version__}, {arguments.repeats} repeats; seconds as min / median / max")
    slower = 0
    with tempfile.TemporaryDirectory() as work:
        with tarfile.open(GOLDEN / "tokenizer/qwen2_5_full_tokenizer.tar.xz") as archive:
            archive.extractall(work, filter="data")
        folder = next(Path(work).rglob("vocab.json")).parent
        tokenizer = reference(folder)
        for name, texts in workloads().items():
            file = Path(work) / "texts.json"
            file.write_text(json.dumps(texts))
            expected = [i for text in texts for i in tokenizer.encode(text, add_special_tokens=False).ids]
            ours, theirs = [], []
            for _ in range(arguments.repeats):
                seconds, count, sha = subprocess.check_output([arguments.program, folder, file], text=True).split()
                if int(count) != len(expected) or sha != digest(expected):
                    print(f"{name}: the ids differ")
                    return 1
                ours.append(float(seconds))
                theirs.append(time_reference(tokenizer, texts))
            ratio = min(theirs) / min(ours)
            slower += ratio < 1
            show = lambda values: f"{min(values):.4f} / {statistics.median(values):.4f} / {max(values):.4f}"
            size = sum(len(text.encode()) for text in texts)
            print(f"{name:20} {size / 1e6:6.2f} MB {len(expected):8} ids  ours {show(ours)}  tokenizers {show(theirs)}  ratio {ratio:.2f}", flush=True)
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
