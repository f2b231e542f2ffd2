#!/usr/bin/env python3
"""The most memory that each rank of a training has resident, beside what --dry-run forecasts for it: a random model on rendered clips, on 1, 2 and
4 ranks of this machine and in every mode of distributed.shard. Exits with 1 where they differ by more than the tolerance.

usage: scripts/benchmark/peak_memory.py [width=768] [layers=8] [ranks=1,2,4] [modes=optimizer,gradients] [tolerance=0.1] [work=FOLDER]
(needs the programs in build/release/bin; the folder, build/peak_memory unless given, is kept)

What the program has resident by itself is taken off both: that part of the forecast, and the peak of the same run with a model of 50,000 parameters.
"""
import os
import pathlib
import re
import shutil
import sys

import ranks as processes

GIGA = 1e9

CONFIG = """
name: peak
output: runs
trainer: grpo
steps: 2
prompts_per_step: 8
micro_batch: 1
device_tflops: 1
model: {path: data/model, init: random}
data: {records: [data/train.jsonl], root: data/videos, prompt: auto_short}
video: {fps: 2.0, max_frames: 8, min_pixels: 3136, max_pixels: 3136}
rollout: {group_size: 4, max_new_tokens: 24}
rewards: [temporal_iou, choice, grounded_qa]
algorithm: {kl_coef: 0.01}
checkpoint: {every: 100, optimizer: unfinished}
"""


def run(arguments, ranks):
    """@return the output of rank 0, and the peak of each rank in bytes."""
    ends = processes.wait(processes.start("vrlt-train", ["peak.yaml", *arguments], ranks))
    for rank, (code, _) in enumerate(ends):
        if code != 0:
            sys.exit(f"rank {rank} ended with {code}:\n" + processes.log(rank))
    return processes.log(0), [peak for _, peak in ends]


def forecast(arguments, ranks):
    """Of a rank, from the table of a dry run: the larger of rollout and update, without the program itself."""
    text, _ = run([*arguments, "--dry-run", "--ranks", str(ranks), "--card", "1000GB"], 1)
    table = text[text.index("memory of a rank"):]
    row = lambda name: [float(value) for value in re.search(rf"^  {name} +(.*)$", table, re.MULTILINE)[1].replace("-", "0").split()]
    return GIGA * (max(row("together")) - row("the program itself")[0])


def peaks_of(arguments, ranks):
    shutil.rmtree("runs", ignore_errors=True)
    return run(arguments, ranks)[1]


def main():
    options = dict(argument.split("=", 1) for argument in sys.argv[1:])
    work = pathlib.Path(options.get("work", processes.ROOT / "build/peak_memory"))
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    os.chdir(work)
    for folder, width, layers in [("data", options.get("width", 768), options.get("layers", 8)), ("tiny", 48, 2)]:
        processes.make_data(folder, 8, text_width=width, text_layers=layers, vision_width=32, vision_layers=1)
    pathlib.Path("peak.yaml").write_text(CONFIG)
    print("mode        ranks  forecast MB  peak MB (each rank)      peak / forecast")
    far = False
    for mode in options.get("modes", "optimizer,gradients").split(","):
        for ranks in map(int, options.get("ranks", "1,2,4").split(",")):
            arguments = [f"distributed.shard={mode}"]
            expected = forecast(arguments, ranks)
            idle = min(peaks_of([*arguments, "model.path=tiny/model"], ranks))
            peaks = [peak - idle for peak in peaks_of(arguments, ranks)]
            ratio = max(peaks) / expected
            far |= abs(ratio - 1) > float(options.get("tolerance", 0.1))
            print(f"{mode:11} {ranks:5}  {expected / 1e6:11.0f}  {', '.join(f'{peak / 1e6:.0f}' for peak in peaks):24} {ratio:6.3f}", flush=True)
    return 1 if far else 0


if __name__ == "__main__":
    sys.exit(main())
