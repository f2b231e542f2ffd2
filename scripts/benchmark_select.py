#!/usr/bin/env python3
"""Times choosing again among stored responses, with no model there: vrlt-select on a made-up run of N samples.

usage: scripts/benchmark_select.py [N=10000] [K=8] [response_bytes=4000]    (needs build/release/bin/vrlt-select)
"""
import hashlib
import json
import pathlib
import random
import resource
import subprocess
import sys
import tempfile
import time

PROGRAM = pathlib.Path(__file__).resolve().parent.parent / "build/release/bin/vrlt-select"


def record(i):
    common = {"schema": "vs/1", "video": f"v{i // 3}.mp4", "duration": 30.0 + i % 90, "source": f"source-{i % 4}"}
    if i % 3:
        return common | {"id": f"s{i}", "task": "tvg", "question": f"event {i}", "segments": [[1.0, 5.0]]}
    return common | {"id": f"s{i}", "task": "mcq", "question": f"question {i}", "options": ["a", "b", "c"], "answer": 1}


def line(sample, k, text):
    """As the program writes it."""
    tvg, name = sample["task"] == "tvg", "temporal_iou" if sample["task"] == "tvg" else "choice"
    spread = random.random()
    rewards = [round(random.betavariate(2 * spread + 0.1, 2 - 2 * spread + 0.1), 4) for _ in range(k)]
    if not tvg:
        rewards = [float(reward > 0.5) for reward in rewards]
    summary = {"mode": "continuous" if tvg else "discrete", "rewards": rewards, "answers": ["1 to 5 s" if tvg else "B"] * k,
               "n_parsed": k, "n_truncated": 0, "n_tokens": 100 * k}
    responses = [{"text": text, "tokens": 100, "finish": "stop", "reward": reward, "components": {name: {"value": reward, "reason": "ok"}},
                  "predicted": None, "accuracy": reward, "answer": "B"} for reward in rewards]
    return {"id": sample["id"], "summary": summary, "task": sample["task"], "question": sample["question"], "responses": responses}


def main():
    options = dict(argument.split("=") for argument in sys.argv[1:])
    n, k, size = (int(options.get(name, default)) for name, default in (("N", 10_000), ("K", 8), ("response_bytes", 4_000)))
    random.seed(0)
    text = "".join(random.choice("abcdefgh \n\"") for _ in range(size))
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        run = root / "runs/select"
        run.mkdir(parents=True)
        samples = [record(i) for i in range(n)]
        (root / "records.jsonl").write_text("".join(json.dumps(sample) + "\n" for sample in samples))
        with open(run / "rollouts.jsonl", "w") as store:
            for sample in samples:
                store.write(json.dumps(line(sample, k, text), separators=(",", ":")) + "\n")
        command = [PROGRAM, "select.yaml"]
        (root / "select.yaml").write_text("name: select\nmodel: {path: gone}\ndata: {records: [records.jsonl], root: .}\nrollout: {group_size: %d}\n" % k)
        (run / "config.yaml").write_text(subprocess.run(command + ["--print-config"], cwd=root, check=True, capture_output=True, text=True).stdout)
        sha256 = hashlib.sha256((root / "records.jsonl").read_bytes()).hexdigest()
        (run / "inputs.json").write_text(json.dumps([{"path": "records.jsonl", "bytes": (root / "records.jsonl").stat().st_size, "sha256": sha256}]))
        print(f"{n} samples, {k} responses of {size} bytes, a store of {(run / 'rollouts.jsonl').stat().st_size / 1e6:.0f} MB")
        for filters in ([], ["filter.preset=temporal_rlt", "filter.keep=0.25"], ["filter.preset=time_r1"], ["filter.preset=random", "filter.keep=0.25"]):
            began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
            result = subprocess.run(command + filters, cwd=root, check=True, capture_output=True, text=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            print(f"{time.monotonic() - began:6.2f} s ({cpu:.2f} s of processor time)  {' '.join(filters) or 'defaults'}: {result.stdout.splitlines()[-1]}")


if __name__ == "__main__":
    main()
