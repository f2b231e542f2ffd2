#!/usr/bin/env python3
"""A model of half a billion parameters, in float32, that one process of 7 GB cannot train: on four ranks of 3 GB with its layers cut over them,
and as an adapter in one process of 4 GB. Each may take so much memory and no more (ulimit -d). Exits with 1 where one of them ends in another way.

usage: scripts/benchmark/small_cards.py [width=1272] [layers=31] [steps=3] [trainer=grpo] [cases=whole,parameters,adapter] [work=FOLDER]
(needs the programs in build/release/bin or VRLT_BIN; the folder, build/small_cards unless given, is kept)
"""
import json
import os
import pathlib
import re
import shutil
import sys
import time

import ranks as processes

CONFIG = """
name: {name}
output: runs
trainer: {trainer}
steps: {steps}
prompts_per_step: 4
micro_batch: 1
device_tflops: 1
model: {{path: data/model, init: random, activation_checkpointing: blocks}}
data: {{records: [data/train.jsonl], root: data/videos, prompt: auto_short}}
video: {{fps: 2.0, max_frames: 8, min_pixels: 3136, max_pixels: 3136}}
checkpoint: {{every: 1000, optimizer: unfinished}}
"""

GRPO = """
rollout: {group_size: 4, max_new_tokens: 16}
rewards: [{command: "python3 varied.py", weight: 1.0}]
"""

REWARD = "    return len(set(completion)) / (len(completion) + 1)  # of random text: some number that differs\n"

OUT_OF_MEMORY = 80
CASES = {  # name: ranks, GB each, overrides, exit code
    "whole": (1, 7, [], OUT_OF_MEMORY),
    "parameters": (4, 3, ["distributed.shard=parameters"], 0),
    "adapter": (1, 4, ["lora.rank=16", "optim.lr=1e-4"], 0),
}


def parameters():
    config = json.loads(pathlib.Path("data/model/config.json").read_text())
    width, heads, keys = config["hidden_size"], config["num_attention_heads"], config["num_key_value_heads"]
    of_layer = 2 * width * width * (1 + keys / heads) + 3 * width * config["intermediate_size"]
    return config["num_hidden_layers"] * of_layer + config["vocab_size"] * width


def main():
    options = dict(argument.split("=", 1) for argument in sys.argv[1:])
    work = pathlib.Path(options.get("work", processes.ROOT / "build/small_cards"))
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    os.chdir(work)
    processes.make_data("data", 8, text_width=options.get("width", 1272), text_layers=options.get("layers", 31), vision_width=32, vision_layers=1)
    template = (processes.ROOT / "scripts/rewards/template.py").read_text()
    pathlib.Path("varied.py").write_text(re.sub(r"    return float.*\n", lambda _: REWARD, template))
    print(f"{parameters() / 1e6:.0f} million parameters")
    print("case        ranks   GB each  exit codes       most resident, MB          seconds")
    as_expected = True
    trainer = options.get("trainer", "grpo")
    for name in options.get("cases", ",".join(CASES)).split(","):
        ranks, limit, overrides, expected = CASES[name]
        pathlib.Path("train.yaml").write_text(CONFIG.format(name=name, steps=options.get("steps", 3), trainer=trainer)
                                              + (GRPO if trainer == "grpo" else ""))
        start = time.monotonic()
        ends = processes.wait(processes.start("vrlt-train", ["train.yaml", *overrides], ranks, data_bytes=limit * 10**9))
        seconds = time.monotonic() - start
        codes = [code for code, _ in ends]
        as_expected &= all(code == expected for code in codes)
        peaks = ", ".join(f"{peak / 1e6:.0f}" for _, peak in ends)
        print(f"{name:11} {ranks:5}  {limit:8}  {', '.join(map(str, codes)):15}  {peaks:25}  {seconds:7.0f}")
        for line in processes.log(0).splitlines():
            if "out of memory" in line or codes[0] != expected:
                print("  " + line)
        metrics = pathlib.Path("runs", name, "metrics.jsonl")
        for line in map(json.loads, metrics.read_text().splitlines() if metrics.exists() else []):
            print(f"  step {line['step']}: grad/norm {line.get('grad/norm')}, loss {line.get('loss/nll', line.get('loss/policy'))}", flush=True)
    return 0 if as_expected else 1


if __name__ == "__main__":
    sys.exit(main())
