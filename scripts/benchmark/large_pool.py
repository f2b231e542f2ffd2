#!/usr/bin/env python3
"""Seconds and peak memory of the programs on a made-up pool of N samples: choosing among stored answers, training with every online rule and
resuming, dry runs, checking, scoring and reports.

usage: scripts/benchmark/large_pool.py [N=490000] [K=8] [response_bytes=200] [parts=select,train,dry,check,score,report] [work=FOLDER]
(needs the programs in build/release/bin; the folder, build/large_pool unless given, is kept)
"""
import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "build/release/bin"
RULES = {"none": [], "epoch_filter": ["online_selection.epoch_size=8"], "memory_bank": ["online_selection.bank_capacity=100000"],
         "curriculum": ["online_selection.statistics=runs/select/statistics.jsonl", 'online_selection.mixture=["0 0.3 0.4 0.3"]']}


def record(i, video):
    common = {"schema": "vs/1", "video": video, "duration": 8.0, "source": f"source-{i % 4}", "cluster": f"v{i // 3}.mp4"}
    if i % 3:
        return common | {"id": f"pool/{i}", "task": "tvg", "question": f"the red circle of scene {i} appears", "segments": [[1.0, 5.0]]}
    return common | {"id": f"pool/{i}", "task": "mcq", "question": f"Which shape is seen in scene {i}?",
                     "options": ["a red circle", "a blue square", "a green star", "a grey line"], "answer": i % 4}


def stored_line(sample, k, text):
    """As vrlt-select writes it, but for the hash of the line."""
    tvg, name = sample["task"] == "tvg", "temporal_iou" if sample["task"] == "tvg" else "choice"
    spread = random.random()
    rewards = [round(random.betavariate(2 * spread + 0.1, 2 - 2 * spread + 0.1), 4) for _ in range(k)]
    if not tvg:
        rewards = [float(reward > 0.5) for reward in rewards]
    answer = "1 to 5 s" if tvg else "B"
    summary = {"mode": "continuous" if tvg else "discrete", "rewards": rewards, "answers": [answer] * k, "n_parsed": k, "n_truncated": 0,
               "n_tokens": 100 * k}
    responses = [{"text": text, "tokens": 100, "finish": "stop", "reward": reward, "components": {name: {"value": reward, "reason": "ok"}},
                  "predicted": None, "accuracy": reward, "answer": answer} for reward in rewards]
    return {"id": sample["id"], "summary": summary, "task": sample["task"], "question": sample["question"], "responses": responses}


def measured(what, program, *arguments):
    """Runs a program in the working folder; prints its seconds and peak memory."""
    began = time.monotonic()
    environment = dict(os.environ, OMP_NUM_THREADS="1")
    with open("log.txt", "w") as log:
        process = subprocess.Popen([PROGRAMS / program, *arguments], stdout=log, stderr=log, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    last = open("log.txt", errors="replace").read().strip().splitlines()[-1:] or [""]
    print(f"{time.monotonic() - began:7.1f} s  {usage.ru_utime + usage.ru_stime:7.1f} s of processor  {usage.ru_maxrss / 1024:7.0f} MiB  exit "
          f"{process.returncode}  {what}: {last[0][:120]}", flush=True)
    return process.returncode


def make_world(n):
    """A clip, a tiny model and N records of the clip."""
    if not pathlib.Path("data").exists():
        subprocess.run([PROGRAMS / "vrlt-data", "synth", ROOT / "configs/demo/synth.yaml", "output=data", "train_clips=2", "test_clips=2"], check=True,
                       capture_output=True)
    video = sorted(path.relative_to("data/videos").as_posix() for path in pathlib.Path("data/videos").rglob("*.mp4"))[0]
    with open("records.jsonl", "w") as file:
        for i in range(n):
            file.write(json.dumps(record(i, video)) + "\n")


def make_store(k, text):
    run = pathlib.Path("runs/select")
    shutil.rmtree(run, ignore_errors=True)
    run.mkdir(parents=True)
    with open("records.jsonl") as records, open(run / "rollouts.jsonl", "w") as store:
        for line in records:
            store.write(json.dumps(stored_line(json.loads(line), k, text), separators=(",", ":")) + "\n")
    pathlib.Path("select.yaml").write_text(
        "name: select\nmodel: {path: gone}\ndata: {records: [records.jsonl], root: data/videos}\nrollout: {group_size: %d}\n" % k)
    config = subprocess.run([PROGRAMS / "vrlt-select", "select.yaml", "--print-config"], check=True, capture_output=True, text=True).stdout
    (run / "config.yaml").write_text(config)
    with open("records.jsonl", "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    (run / "inputs.json").write_text(json.dumps([{"path": "records.jsonl", "bytes": os.stat("records.jsonl").st_size, "sha256": digest}]))


def select(k, text):
    make_store(k, text)
    print(f"a store of {os.stat('runs/select/rollouts.jsonl').st_size / 1e6:.0f} MB")
    for what, *keys in (["select, stored answers"], ["select again, a quarter by variance", "filter.preset=temporal_rlt", "filter.keep=0.25"],
                        ["the same by Time-R1's rule", "filter.preset=time_r1"], ["a random quarter", "filter.preset=random", "filter.keep=0.25"]):
        measured(what, "vrlt-select", "select.yaml", *keys)


def train_arguments(name):
    return [str(ROOT / "configs/demo/grpo.yaml"), "output=runs", f"name={name}", "data.root=data/videos", "model.path=data/model",
            "model.init=random", "data.records=[records.jsonl]", "device_tflops=1", "prompts_per_step=4", "rollout.group_size=4",
            "rollout.max_new_tokens=8", "steps=3", "checkpoint.every=1"]


def train():
    for rule, keys in RULES.items():
        name = f"train-{rule}"
        shutil.rmtree(pathlib.Path("runs") / name, ignore_errors=True)
        arguments = train_arguments(name) + ([f"online_selection.rule={rule}", *keys] if rule != "none" else [])
        measured(f"train, {rule}, three steps", "vrlt-train", *arguments)
        newest = max(pathlib.Path(f"runs/{name}/checkpoints").iterdir())
        shutil.rmtree(newest)
        measured(f"resume, {rule}, the last step", "vrlt-train", *arguments)


def dry():
    measured("train, dry run", "vrlt-train", *train_arguments("dry"), "--dry-run")
    measured("eval, dry run", "vrlt-eval", str(ROOT / "configs/demo/eval.yaml"), "output=runs", "name=dry", "data.root=data/videos",
             "model.path=data/model", "data.records=[records.jsonl]", "--dry-run")


def check():
    measured("check", "vrlt-data", "check", "records.jsonl", "--data-root", "data/videos")


def score(text):
    with open("records.jsonl") as records, open("completions.jsonl", "w") as file:
        for i, line in enumerate(records):
            if file.tell() > 100_000_000:
                break
            for k in range(4):
                file.write(json.dumps(json.loads(line) | {"completion": f"<answer>{k}.0 to 5.0</answer> {text}"}) + "\n")
    measured("score, 100 MB", "vrlt-score", "completions.jsonl", "--rewards", "temporal_iou=1", "choice=1")


def report():
    runs = sorted(str(path) for path in pathlib.Path("runs").iterdir() if (path / "metrics.jsonl").exists() or (path / "statistics.jsonl").exists())
    measured("report of all runs", "vrlt-report", *runs, "--output", "report.html")


def main():
    options = dict(argument.split("=") for argument in sys.argv[1:])
    n, k, size = (int(options.get(name, default)) for name, default in (("N", 490_000), ("K", 8), ("response_bytes", 200)))
    parts = options.get("parts", "select,train,dry,check,score,report").split(",")
    work = pathlib.Path(options.get("work", ROOT / "build/large_pool"))
    work.mkdir(parents=True, exist_ok=True)
    os.chdir(work)
    random.seed(0)
    text = "".join(random.choice("abcdefgh \n\"") for _ in range(size))
    make_world(n)
    print(f"{n} records, {os.stat('records.jsonl').st_size / 1e6:.0f} MB")
    actions = {"select": lambda: select(k, text), "train": train, "dry": dry, "check": check, "score": lambda: score(text), "report": report}
    for part in parts:
        actions[part]()


if __name__ == "__main__":
    main()
