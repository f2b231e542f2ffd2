#!/usr/bin/env python3
"""Tables of claims.sh: every arm, and paired differences between arms with 95 % intervals.

usage: claims_tables.py FOLDER [--seeds 1,2,3]
Writes FOLDER/claims.md and FOLDER/claims.json. A difference is taken clip by clip (the three questions about one clip belong together), its
interval is mean +- 1.96 standard errors over the clips of all seeds: what other test clips would change. What other seeds would change shows
in the differences of each seed.
"""

import argparse
import json
import math
import pathlib

# Of each clip: (name, task, metric of samples.jsonl).
METRICS = [
    ("grounding mIoU", "tvg", "mIoU"),
    ("choice accuracy", "mcq", "accuracy"),
    ("grounded QA accuracy", "gqa", "accuracy"),
    ("grounded QA mIoU", "gqa", "mIoU"),
    ("Acc@GQA", "gqa", "Acc@GQA"),
]
OVERALL = "overall"  # the mean of the three tasks; grounded QA counts half its accuracy, half its mIoU

ARMS = {
    "base": "random weights",
    "sft": "supervised start",
    "sft-samples": "start + SFT, as many samples",
    "sft-compute": "start + SFT, as much compute",
    "grpo-scratch": "GRPO from random weights",
    "grpo-labelled": "start + GRPO, as many samples",
    "grpo-discrete": "the same, discrete reward only",
    "grpo-continuous": "the same, continuous reward only",
    "grpo-pool": "start + GRPO on the pool",
    "grpo-variance": "GRPO, 25 % by variance",
    "grpo-random": "GRPO, 25 % at random",
    "grpo-timelens2": "GRPO, 25 % as TimeLens2",
    "grpo-time_r1": "GRPO, 25 % as Time-R1",
    "grpo-timelens": "GRPO, 25 % as TimeLens",
    "grpo-dapo": "GRPO, 25 % at random of what DAPO keeps",
}
PAIRS = [
    (
        "Reinforcement against supervision",
        [("grpo-labelled", other) for other in ("sft", "sft-samples", "sft-compute")] + [("grpo-scratch", "base")],
    ),
    (
        "A quarter of the samples",
        [("grpo-variance", other) for other in ("grpo-pool", "grpo-random", "grpo-timelens2", "grpo-time_r1", "grpo-timelens", "grpo-dapo")],
    ),
    ("Dual rewards", [("grpo-labelled", "grpo-discrete"), ("grpo-labelled", "grpo-continuous")]),
]


def read_scores(folder):
    """Clip -> {metric: value}, and the share of answers that could not be read; None if the arm was not run."""
    clips, unreadable, answers = {}, 0, 0
    for task in ("tvg", "mcq", "gqa"):
        path = folder / task / "samples.jsonl"
        if not path.exists():
            return None
        for text in path.read_text().splitlines():
            line = json.loads(text)
            answers += 1
            unreadable += line["strict"]["reason"] != "ok"
            clip = clips.setdefault(line["id"].rsplit("/", 1)[1], {})
            for name, of_task, key in METRICS:
                if of_task == task:
                    clip[name] = line["strict"]["score"][key]
    for clip in clips.values():
        grounded = (clip["grounded QA accuracy"] + clip["grounded QA mIoU"]) / 2
        clip[OVERALL] = (clip["grounding mIoU"] + clip["choice accuracy"] + grounded) / 3
    return clips, unreadable / answers


def read_held_out(folder):
    """Per question name of METRICS: the clips whose question is about a shape that training never showed."""
    held_out = {}
    for text in (folder / "data" / "test.jsonl").read_text().splitlines():
        record = json.loads(text)
        if record.get("groups", {}).get("pair") == "held_out":
            held_out.setdefault(record["task"], set()).add(record["id"].rsplit("/", 1)[1])
    return held_out


class Results:
    def __init__(self, out, seeds):
        self.scores, self.unreadable, self.seconds, self.held_out = {}, {}, {}, {}
        for seed in seeds:
            folder = out / f"seed-{seed}"
            self.held_out[seed] = read_held_out(folder)
            for arm in ARMS:
                read = read_scores(folder / "runs" / f"eval-{arm}")
                if read is None:
                    continue
                self.scores.setdefault(arm, {})[seed], share = read
                self.unreadable.setdefault(arm, []).append(share)
                spent = folder / "runs" / arm / "processor_seconds"
                if spent.exists():
                    self.seconds.setdefault(arm, []).append(float(spent.read_text()))

    def values(self, arm, metric, clips=lambda seed, clip: True):
        return [v[metric] for seed, of in self.scores[arm].items() for clip, v in of.items() if clips(seed, clip)]

    def difference(self, arm, other, metric):
        """Mean, half width of its interval, and the mean of each seed that both arms have."""
        per_seed = []
        for seed in self.scores[arm]:
            if seed in self.scores[other]:
                theirs = self.scores[other][seed]
                per_seed.append([v[metric] - theirs[clip][metric] for clip, v in self.scores[arm][seed].items()])
        everything = [d for of in per_seed for d in of]
        mean = sum(everything) / len(everything)
        variance = sum((d - mean) ** 2 for d in everything) / (len(everything) - 1)
        return mean, 1.96 * math.sqrt(variance / len(everything)), [sum(of) / len(of) for of in per_seed]


def percent(value):
    return f"{100 * value:.1f}"


def signed(value):
    return f"{100 * value:+.1f}"


def mean(values):
    return sum(values) / len(values)


def arm_table(results):
    names = [OVERALL] + [name for name, _, _ in METRICS]
    lines = ["| arm | " + " | ".join(names) + " | unreadable | processor s |", "|" + "---|" * (len(names) + 3)]
    for arm, title in ARMS.items():
        if arm in results.scores:
            cells = [percent(mean(results.values(arm, name))) for name in names]
            seconds = results.seconds.get(arm)
            cells += [percent(mean(results.unreadable[arm])), f"{mean(seconds):.0f}" if seconds else ""]
            lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return lines


def pair_table(results, pairs):
    names = [OVERALL] + [name for name, _, _ in METRICS[:4]]
    lines = ["| difference | " + " | ".join(names) + " | overall of each seed |", "|" + "---|" * (len(names) + 2)]
    for arm, other in pairs:
        if arm in results.scores and other in results.scores:
            cells = []
            for name in names:
                value, half, _ = results.difference(arm, other, name)
                cells.append(f"{signed(value)} [{signed(value - half)}, {signed(value + half)}]")
            cells.append(", ".join(signed(v) for v in results.difference(arm, other, OVERALL)[2]))
            lines.append(f"| {arm} - {other} | " + " | ".join(cells) + " |")
    return lines


def held_out_table(results):
    names = METRICS[:4]
    lines = ["| arm | " + " | ".join(f"{name}: seen, held out" for name, _, _ in names) + " |", "|" + "---|" * (len(names) + 1)]
    for arm, title in ARMS.items():
        if arm in results.scores:
            cells = []
            for name, task, _ in names:
                is_held_out = lambda seed, clip, task=task: clip in results.held_out[seed].get(task, ())
                seen = results.values(arm, name, lambda seed, clip: not is_held_out(seed, clip))
                cells.append(f"{percent(mean(seen))}, {percent(mean(results.values(arm, name, is_held_out)))}")
            lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seeds", default="1,2,3")
    arguments = parser.parse_args()
    seeds = [seed for seed in arguments.seeds.split(",") if (arguments.folder / f"seed-{seed}" / "data" / "test.jsonl").exists()]
    results = Results(arguments.folder, seeds)
    lines = [f"Percent on held-out clips, greedy answers; seeds {', '.join(seeds)}.", "", *arm_table(results)]
    for title, pairs in PAIRS:
        lines += ["", f"## {title}", "", *pair_table(results, pairs)]
    lines += ["", "## Shapes that training never showed", "", *held_out_table(results)]
    text = "\n".join(lines) + "\n"
    (arguments.folder / "claims.md").write_text(text)
    differences = {
        f"{arm} - {other}": {name: results.difference(arm, other, name) for name in [OVERALL] + [m[0] for m in METRICS]}
        for _, pairs in PAIRS
        for arm, other in pairs
        if arm in results.scores and other in results.scores
    }
    (arguments.folder / "claims.json").write_text(json.dumps(differences, indent=1) + "\n")
    print(text, end="")


if __name__ == "__main__":
    main()
