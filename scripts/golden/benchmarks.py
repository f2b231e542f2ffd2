#!/usr/bin/env python3
"""Published predictions and blind answers through vrlt-eval: every number must be the one that the official scripts give.

  benchmarks.py --eval build/release/bin/vrlt-eval [--tempcompass FOLDER] [--nextgqa FOLDER] [--rextime FOLDER] [--videochat FOLDER]

The folders are checkouts of github.com/llyx97/TempCompass, doc-doc/NExT-GQA, ReXTime/ReXTime and OpenGVLab/VideoChat-R1, for the
annotations and predictions that they hold; a bare repository (git clone --bare) will do. Nothing is downloaded and no model is opened:
the answers are written as the samples.jsonl of a run and scored again.
"""
import argparse
import csv
import io
import json
import pathlib
import re
import subprocess
import sys
import tempfile


def read(folder, path):
    folder = pathlib.Path(folder)
    if (folder / path).exists():
        return (folder / path).read_text(encoding="utf-8")
    return subprocess.run(["git", "-C", str(folder), "show", f"HEAD:{path}"], check=True, capture_output=True).stdout.decode("utf-8")


class Checker:
    def __init__(self, program):
        self.program = str(pathlib.Path(program).resolve())
        self.failures = 0
        self.checks = 0

    def results(self, task, rows, prompt="auto_answer"):
        """rows: (record, text). The results.json of these answers."""
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "runs/r" / task).mkdir(parents=True)
            (folder / "runs/r/config.yaml").write_text("name: r\n")
            with open(folder / "records.jsonl", "w", encoding="utf-8") as records, \
                    open(folder / "runs/r" / task / "samples.jsonl", "w", encoding="utf-8") as samples:
                for record, text in rows:
                    records.write(json.dumps({"schema": "vs/1", "split": "test", **record}) + "\n")
                    samples.write(json.dumps({"id": record["id"], "text": text or "", "finish": "stop", "n_gen_tok": 1, "err": None}) + "\n")
            (folder / "eval.yaml").write_text(
                f"name: r\noutput: runs\nmodel: {{path: none}}\ndata: {{records: [records.jsonl], root: ., prompt: {prompt}}}\n")
            done = subprocess.run([self.program, "eval.yaml", "--rescore", "--allow-partial"], cwd=folder, capture_output=True, text=True)
            if done.returncode not in (0, 83):
                sys.exit(f"vrlt-eval: {done.stderr}")
            return json.loads((folder / "runs/r" / task / "results.json").read_text())

    def expect(self, what, found, expected, digits):
        self.checks += 1
        same = abs(found - expected) <= 0.5000001 * 10 ** -digits
        self.failures += not same
        print(f"  {'ok   ' if same else 'WRONG'} {what}: {found:.{digits}f}, expected {expected:.{digits}f}")


# model, task: predictions, matched by the rules, right; by the strict grammar right and unreadable where that is known.
PREDICTIONS = [
    ("video-llava", "multi-choice", 1580, 1580, 720, 720, 0),
    ("video-llava", "yes_no", 2453, 2453, 1383, 1383, 0),
    ("video-llava", "caption_matching", 1503, 1496, 951, None, None),
    ("gemini", "multi-choice", 1580, 1458, 940, 1008, 5),
    ("gemini", "yes_no", 2453, 2438, 1721, 1721, 11),
    ("gemini", "caption_matching", 1503, 1488, 1162, None, None),
    ("reka-core-20240501", "multi-choice", 1580, 1058, 654, 810, 255),
    ("reka-core-20240501", "yes_no", 2453, 2453, 1598, 1598, 0),
    ("reka-core-20240501", "caption_matching", 1503, 852, 621, None, None),
    ("reka-flash", "multi-choice", 1580, 1580, 895, 895, 1),
    ("reka-flash", "yes_no", 2453, 2427, 1533, 1525, 40),
]
TASKS = {"multi-choice": ("tempcompass_mc", "mcq.tempcompass"), "yes_no": ("tempcompass_yes_no", "yn.tempcompass"),
         "caption_matching": ("tempcompass_caption_matching", "cm.tempcompass")}


def tempcompass_record(task, identifier, video, dim, question, answer):
    lead, *lines = question.split("\n")
    record = {"id": identifier, "bench": "tempcompass", "video": video + ".mp4", "question": lead, "groups": {"dim": dim}, "answer_raw": answer}
    if task == "yes_no":
        return {**record, "task": "yes_no", "question": question, "answer": answer}
    if task == "caption_matching":
        return {**record, "task": "caption_match", "options": [line.split(": ", 1)[1] for line in lines], "answer": lines.index(answer)}
    options = [re.match(r"\s*[A-Z]\.\s*(.*)$", line, re.S).group(1) for line in lines]
    return {**record, "task": "mcq", "options": options, "answer": ord(answer[0]) - ord("A")}


def check_tempcompass(checker, folder):
    for model, task, count, matched, right, strict_right, strict_failed in PREDICTIONS:
        print(f"TempCompass, {model}, {task}")
        rows, nulls = [], 0
        for video, dims in json.loads(read(folder, f"predictions/{model}/{task}.json")).items():
            for dim, items in dims.items():
                for item in items:
                    nulls += item["prediction"] is None
                    rows.append((tempcompass_record(task, f"{video}/{dim}/{len(rows)}", video, dim, item["question"], item["answer"]),
                                 item["prediction"]))
        name, profile = TASKS[task]
        results = checker.results(name, rows)
        compat = results["compat"][profile]
        checker.expect("predictions", len(rows), count, 0)
        checker.expect("matched", len(rows) - sum(compat["unmatched"].values()), matched, 0)
        checker.expect("right", compat["metrics"]["accuracy"]["value"] * len(rows), right, 0)
        if strict_right is not None:
            checker.expect("strict right", results["metrics"]["accuracy"]["value"] * len(rows), strict_right, 0)
            checker.expect("strict unreadable (of text)", results["n_parse_fail"] - nulls, strict_failed, 0)


def moments(path_text, bench):
    for video, entry in json.loads(path_text).items():
        for k, (span, sentence) in enumerate(zip(entry["timestamps"], entry["sentences"])):
            yield {"id": f"{video}#{k}", "task": "tvg", "bench": bench, "video": video + ".mp4", "question": sentence.strip() or "?",
                   "duration": entry["duration"], "segments": [sorted(span)]}


def check_spans(checker, title, task, profile, records, lead, constants, metrics):
    for name, (start, end), expected in constants:
        print(f"{title}, {name}")
        rows = [(record, f"{lead}{start(record['duration'])} - {end(record['duration'])}") for record in records]
        results = checker.results(task, rows)["compat"][profile]["metrics"]
        for metric, value in zip(metrics, expected):
            if value is not None:
                checker.expect(metric, 100 * results[metric]["value"], value, 4)


WHOLE = (lambda d: 0, lambda d: d)
FIRST_HALF = (lambda d: 0, lambda d: d / 2)
MIDDLE = (lambda d: d / 4, lambda d: 3 * d / 4)
TEN = (lambda d: 0, lambda d: 10)
IOU = ["mIoU", "R1@0.3", "R1@0.5", "R1@0.7"]


def check_videochat(checker, folder):
    charades = list(moments(read(folder, "Annotations/Charades/charades_annotation/charades_test.json"), "charades_sta"))
    check_spans(checker, f"Charades-STA test ({len(charades)})", "charades_sta", "tvg.lmms_new",
                charades, "", [("[0, D]", WHOLE, [26.9904, 34.3011, 0.4301, 0.0]), ("[0, D/2]", FIRST_HALF, [30.1503, 49.4624, 25.5914, 9.9731]),
                               ("[D/4, 3D/4]", MIDDLE, [23.0757, 34.7043, 12.5269, 2.6613]), ("[0, 10]", TEN, [29.4899, 45.0806, 31.7473, 14.0860])],
                IOU)
    anet = list(moments(read(folder, "Annotations/ActivityNet/activitynet_annotation/val_2.json"), "anet_tvg"))
    check_spans(checker, f"ActivityNet val_2 ({len(anet)})", "anet_tvg", "tvg.lmms_new", anet, "",
                [("[0, D]", WHOLE, [34.5724, 48.0183, 21.2084, 12.4127]), ("[0, D/2]", FIRST_HALF, [26.1750, 44.5012, 20.4157, 3.3879]),
                 ("[D/4, 3D/4]", MIDDLE, [26.9038, 38.8468, 29.0118, 10.2813])], IOU)
    val_1 = list(moments(read(folder, "Annotations/ActivityNet/activitynet_annotation/val.json"), "anet_tvg"))
    check_spans(checker, f"ActivityNet val_1 ({len(val_1)})", "anet_tvg", "tvg.lmms_new", val_1, "", [("[0, D]", WHOLE, [32.2939, 42.8735, 22.7421, 11.3910])],
                IOU)


def nextgqa_records(folder, split):
    spans = json.loads(read(folder, f"datasets/nextgqa/gsub_{split}.json"))
    for row in csv.DictReader(io.StringIO(read(folder, f"datasets/nextgqa/{split}.csv"))):
        video = spans.get(row["video_id"])
        if video is None or row["qid"] not in video["location"]:
            continue
        options = [row[f"a{k}"] for k in range(5)]
        yield {"id": f"{row['video_id']}_{row['qid']}", "task": "gqa", "bench": "nextgqa", "video": row["video_id"] + ".mp4",
               "question": row["question"], "options": options, "answer": options.index(row["answer"]), "duration": video["duration"],
               "segments": video["location"][row["qid"]]}


def check_nextgqa(checker, folder):
    metrics = ["mIoP", "IoP@0.3", "IoP@0.5", "mIoU", "R1@0.3", "R1@0.5", "accuracy"]
    test, val = list(nextgqa_records(folder, "test")), list(nextgqa_records(folder, "val"))
    check_spans(checker, f"NExT-GQA test ({len(test)})", "nextgqa", "gqa.nextgqa", test, "D, ",
                [("[0, D], D", WHOLE, [21.1417, 20.5655, 8.6800, 21.1410, 20.5655, 8.6800, 100 * 1136 / 5553]),
                 ("[D/4, 3D/4]", MIDDLE, [22.8451, 28.1830, 14.7848, 18.9040, 25.1756, 11.9935])], metrics)
    check_spans(checker, f"NExT-GQA val ({len(val)})", "nextgqa", "gqa.nextgqa", val, "D, ",
                [("[0, D]", WHOLE, [21.3455, 21.2329, 10.6313, 21.3447, 21.2329, 10.6313])], metrics)


def check_rextime(checker, folder):
    records = []
    for line in read(folder, "data/rextime_val.jsonl").splitlines():
        row = json.loads(line)
        records.append({"id": row["qid"], "task": "gqa", "bench": "rextime", "video": row["vid"] + ".mp4", "question": row["query"],
                        "options": list("wxyz"), "answer": ord(row["ans"]) - ord("A"), "duration": row["duration"],
                        "segments": row["relevant_windows"]})
    check_spans(checker, f"ReXTime val ({len(records)})", "rextime", "gqa.rextime", records, "D, ",
                [("[0, D], D", WHOLE, [37.2518, 43.9739, 32.1390, 20.3040, 24.6471, 100 * 73 / 921]), ("[D/4, 3D/4]", MIDDLE, [31.1593, 48.7514, 36.5907, 6.6232])],
                IOU + ["accuracy", "Acc@IoU0.5"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--eval", required=True)
    for name in ("tempcompass", "nextgqa", "rextime", "videochat"):
        parser.add_argument("--" + name)
    arguments = parser.parse_args()
    checker = Checker(arguments.eval)
    for name, check in (("tempcompass", check_tempcompass), ("nextgqa", check_nextgqa), ("rextime", check_rextime), ("videochat", check_videochat)):
        if getattr(arguments, name):
            check(checker, getattr(arguments, name))
    print(f"{checker.checks - checker.failures} of {checker.checks} numbers as expected")
    return 1 if checker.failures else 0


if __name__ == "__main__":
    sys.exit(main())
