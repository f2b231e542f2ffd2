"""Runs the commands of docs/recipes.md, "Ten clips of your own", as they stand there, with what a
test has in place of what a user has: rendered clips, a small model, the processor, two steps.

usage: recipe_test.py BIN
"""

import csv
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SECTION = "## Ten clips of your own to a trained model"
# In the page and its configs -> here. Pixels and tokens: what the processor does in seconds.
IN_PLACE = [
    ("/models/Qwen2.5-VL-3B-Instruct", "model"),
    ("--device cuda", "--device cpu --max-new-tokens 4"),
    ("device: cuda", "device: cpu"),
    ("bfloat16", "float32"),
    ("step-000020", "step-000002"),
    ("steps: 20", "steps: 2"),
    ("max_new_tokens: 512", "max_new_tokens: 8"),
    ("total_pixels: 1605632", "min_pixels: 3136, max_pixels: 3136"),
]


def here(text):
    for before, after in IN_PLACE:
        text = text.replace(before, after)
    return text


def commands():
    section = (ROOT / "docs/recipes.md").read_text().split(SECTION)[1].split("\n## ")[0]
    blocks = re.findall(r"^```sh\n(.*?)^```", section, re.M | re.S)
    assert len(blocks) == 1, f"{SECTION}: {len(blocks)} blocks of commands, expected one"
    return here(blocks[0])


def run(command, folder, environment):
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(
            f"recipe_test.py: {command}\nended with {done.returncode}:\n{done.stdout}{done.stderr}"
        )
    return done.stdout + done.stderr


def prepare(folder, environment):
    """clips.csv, the folder clips, and a small model with weights."""
    (folder / "synth.yaml").write_text("output: synth\ntrain_clips: 10\ntest_clips: 1\n")
    run("vrlt-data synth synth.yaml", folder, environment)
    (folder / "base.yaml").write_text(
        "name: base\ntrainer: sft\nsteps: 1\nprompts_per_step: 2\n"
        "model: {path: synth/model, init: random}\n"
        "data: {records: [synth/train.jsonl], root: synth/videos, prompt: auto_answer}\n"
        "video: {max_frames: 16, min_pixels: 3136, max_pixels: 3136}\n"
    )
    run(
        "vrlt-train base.yaml && mv runs/base/checkpoints/step-000001/model model",
        folder,
        environment,
    )
    (folder / "clips").mkdir()
    records = [json.loads(line) for line in open(folder / "synth/train.jsonl", encoding="utf-8")]
    with open(folder / "clips.csv", "w", newline="", encoding="utf-8") as table:
        writer = csv.writer(table)
        writer.writerow(["video", "question", "start", "end"])
        for i, record in enumerate(r for r in records if r["task"] == "tvg"):
            shutil.copy(folder / "synth/videos" / record["video"], folder / f"clips/clip{i}.mp4")
            writer.writerow([f"clip{i}.mp4", record["question"], *record["segments"][0]])
    # The page copies its configs from the source; a copy of them says what a test has.
    examples = folder / "source/docs/examples/clips"
    shutil.copytree(ROOT / "docs/examples/clips", examples)
    for config in examples.iterdir():
        config.write_text(here(config.read_text()))


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        environment = {
            **os.environ,
            "PATH": f"{pathlib.Path(sys.argv[1]).resolve()}:{os.environ['PATH']}",
            "VRLT": str(folder / "source"),
            "OMP_NUM_THREADS": "1",
        }
        prepare(folder, environment)
        said = ""
        lines = [line for line in commands().splitlines() if line and not line.startswith("#")]
        for line in lines:
            said += run(line, folder, environment)
        # What the page tells its reader to expect.
        for told in ("I wrote 10 records to clips.jsonl", "nothing is broken or missing"):
            assert told in said, f'the page expects "{told}"; the programs said:\n{said}'
        assert (folder / "report.html").stat().st_size > 0
        print(f"{len(lines)} commands of docs/recipes.md ran")


if __name__ == "__main__":
    main()
