#!/usr/bin/env python3
"""Negative control of the golden tests: in a copy of the reference values one number is changed, and the test must fail and name it.

usage: sensitivity.py [--bin build/release/bin] [--only TEXT] [--list]

Done once for every kind of value (file, field or tensor) that the folders tests/golden/data and tests/media hold. Prints a table; exit 1
if a change goes unnoticed or unnamed.
"""
import argparse
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FORMATS = {"F32": "f", "F64": "d", "I64": "q", "I32": "i", "U8": "B", "I8": "b"}


@dataclass
class Change:
    """One number to change, and the tests to run on it."""
    kind: str     # of value, for the table
    file: str     # below its folder
    binary: str
    path: tuple   # (line or None, key, index, ...) in JSON; (tensor, element) in safetensors
    named_by: str  # must appear in the failing output
    media: bool = False
    delta: float = 0.0


# JSON Lines: fields that hold an expected value, per kind of row (the field that tells kinds apart, or None).
ROWS = [
    ("golden_tokenizer", "tokenizer/full_encode.jsonl", None, ["ids", "decoded", "decoded_skip_special"]),
    ("golden_tokenizer", "tokenizer/mini_encode.jsonl", None, ["ids", "decoded", "decoded_skip_special"]),
    ("golden_tokenizer", "tokenizer/full_decode.jsonl", None, ["decoded", "decoded_skip_special"]),
    ("golden_tokenizer", "tokenizer/mini_decode.jsonl", None, ["decoded", "decoded_skip_special"]),
    ("golden_tokenizer", "tokenizer/pretokenize.jsonl", None, ["nfc", "pieces"]),
    ("golden_tokenizer", "chat_template/chat.jsonl", None, ["rendered", "ids", "mini_ids"]),
    ("golden_video", "processor/frame_sampling.jsonl", "rule",
     ["indices", "indices_head", "indices_tail", "indices_sum", "nframes", "first", "last", "frame_count", "sample_fps", "second_per_grid_ts",
      "second_per_grid_ts_float32"]),
    ("golden_video", "processor/frame_size.jsonl", None, ["resized", "video_grid_thw"]),
    ("golden_video", "processor/smart_resize.jsonl", None, ["project"]),
    ("golden_rewards", "rewards/rewards.jsonl", "kind",
     ["f_strict", "f_strict_without_parse", "f_seed_tvg", "f_generic", "f_generic_trimmed", "interval", "iou", "total_half_half",
      "total_iou_plus_format", "spans", "accuracy", "label", "ngiou", "timer1_clamped", "twass"]),
]
MEDIA_ROWS = {
    "media": ["frames", "pts", "y_md5", "width", "height", "quad_rgb_first"],
    "sampling": ["indices", "timestamps", "resized", "mean_rgb", "nframes", "sample_fps", "tokens", "total_frames"],
}
# JSON: (binary, file, pattern of the path of an expected value)
VALUES = [
    ("golden_processor", "processor/clips.json", r"videos\.\d+\.(resized|video_grid_thw|pixel_values_(abs_|sq_)?sum|frames_resized(_tv_uint8)?_sum)"),
    ("golden_processor", "processor/clips.json", r"images\.\d+\.(pixel_values_(abs_)?sum)"),
    ("golden_processor", "positions/positions.json", r"cases\.\d+\.(rope_deltas_real_length|next_position)\.\w+"),
    ("golden_model", "model_io/tiny_*.json",
     r"cases\.\w+\.(greedy\.[\w.]+\.tokens|loss$|grad_norms|grad_global_norm|next_position\w*)"),
    ("golden_trainer", "grpo/grpo.json",
     r"variants\.\w+\.steps\.\d+\.(loss|policy_loss|grad_norm|entropy_token_mean|kl_token_mean|kl_aggregated|clip_fraction_low|clip_fraction_high|ratio_mean|ratio_max)"),
]
# safetensors: (binary, file, pattern of tensors, change of the value)
TENSORS = [
    ("golden_processor", "processor/video_*.safetensors", r"frames_resized\w*|pixel_values\w*|video_grid_thw", 0.02),
    ("golden_processor", "processor/image_*.safetensors", r"image_rgb|image_resized\w*|pixel_values\w*|image_grid_thw", 0.02),
    ("golden_processor", "positions/positions.safetensors", r".*\.position_ids\..*", 1),
    ("golden_model", "model_io/*[!6].expected.safetensors", r"(?!.*(row_index|\.at$)).*|.*logits.float_max.at", 0.02),
    ("golden_model", "model_io/tiny_tied_bf16.expected.safetensors", r".*float32.*", 2e4),
    ("golden_trainer", "grpo/expected.safetensors", r".*(advantages|log_probs|\.final\.).*", 0.02),
]


def kind_of(path):
    """Numbers and names of cases do not make a new kind."""
    return re.sub(r"\d+", "N", path)


def leaves(value, path=()):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, path + (key,))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, path + (index,))
    elif value is not None:
        yield path, value


def changed(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + max(1, abs(value) // 20)
    if isinstance(value, float):
        return value + max(0.05, abs(value) * 0.05)
    if re.fullmatch(r"[0-9a-f]{8,}", value):
        return ("0" if value[0] != "0" else "1") + value[1:]
    return value + "~"


def changes_of_rows(folder, binary, file, tell_apart, fields, media=False):
    seen = set()
    for line, text in enumerate((folder / file).read_text(encoding="utf-8").rstrip("\n").split("\n"), 1):
        row = json.loads(text)
        if row.get("error") or (media and row.get("expect") == "error"):
            continue
        for field in fields:
            name = f"{row[tell_apart]}.{field}" if tell_apart else field
            found = list(leaves(row.get(field), (field,)))
            if found and name not in seen:
                seen.add(name)
                yield Change(f"{file} {name}", file, binary, (line,) + found[len(found) // 2][0],
                             re.sub(r"[^A-Za-z0-9]", "_", row["file"]) if media else f"{file}:{line}", media)


def changes_of_values(folder, binary, pattern, wanted):
    seen = set()
    for path in sorted(folder.glob(pattern)):
        file = str(path.relative_to(folder))
        document = json.loads(path.read_text(encoding="utf-8"))
        for place, _ in leaves(document):
            dotted = ".".join(map(str, place))
            match = re.match(wanted, dotted)
            kind = match and kind_of(match.group(1))
            if not match or kind in seen:
                continue
            seen.add(kind)
            owner = document
            for key in place[:2]:
                owner = owner[key]
            named_by = place[1] if isinstance(place[1], str) else owner.get("name") or owner.get("case")
            yield Change(f"{file} {kind}", file, binary, (None,) + place, named_by)


def read_header(path):
    with open(path, "rb") as stream:
        size = struct.unpack("<Q", stream.read(8))[0]
        return 8 + size, {name: entry for name, entry in json.loads(stream.read(size)).items() if name != "__metadata__"}


def changes_of_tensors(folder, binary, pattern, wanted, delta):
    seen = set()
    for path in sorted(folder.glob(pattern)):
        file = str(path.relative_to(folder))
        for name in sorted(read_header(path)[1]):
            parts = name.split(".", 1)
            kind = kind_of(parts[1] if len(parts) > 1 else name)
            if re.fullmatch(wanted, name) and kind not in seen:
                seen.add(kind)
                case = re.match(r"(?:video|image)_(\w+)", path.stem)
                yield Change(f"{pattern if case else file} {kind}", file, binary, (name,), case.group(1) if case else parts[0], False, delta)


def all_changes(golden, media):
    for row in ROWS:
        yield from changes_of_rows(golden, *row)
    for kind, fields in MEDIA_ROWS.items():
        for change in changes_of_rows(media, "golden_video", "manifest.jsonl", "kind", fields, media=True):
            if f" {kind}." in change.kind:
                yield change
    for value in VALUES:
        yield from changes_of_values(golden, *value)
    for tensor in TENSORS:
        yield from changes_of_tensors(golden, *tensor)


def change_tensor(path, name, delta):
    start, header = read_header(path)
    entry = header[name]
    layout = "<" + FORMATS[entry["dtype"]]
    width, count = struct.calcsize(layout), (entry["data_offsets"][1] - entry["data_offsets"][0]) // struct.calcsize(layout)
    data = bytearray(path.read_bytes())
    begin = start + entry["data_offsets"][0]
    values = struct.unpack_from(f"<{count}{layout[1]}", data, begin)
    largest = max(range(count), key=lambda i: abs(values[i]))
    value = values[largest]
    if isinstance(value, float):
        value += max(delta, abs(value) * delta)
    elif layout[1] == "B":
        value ^= 64
    else:
        value += max(1, int(delta))
    struct.pack_into(layout, data, begin + largest * width, value)
    path.write_bytes(data)
    return f"{name}[{largest}]: {values[largest]:.6g} -> {value:.6g}"


def change_json(path, place):
    lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n") if place[0] else [path.read_text(encoding="utf-8")]
    index = place[0] - 1 if place[0] else 0
    document = json.loads(lines[index])
    owner = document
    for key in place[1:-1]:
        owner = owner[key]
    before = owner[place[-1]]
    owner[place[-1]] = changed(before)
    lines[index] = json.dumps(document, ensure_ascii=False)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    short = lambda value: str(value) if len(str(value)) < 24 else str(value)[:10] + ".." + str(value)[-10:]
    return f"{'.'.join(map(str, place[1:]))}: {short(before)} -> {short(owner[place[-1]])}"


def run(change, bin_folder, golden, media, work):
    copy = work / ("media" if change.media else "golden")
    shutil.rmtree(copy, ignore_errors=True)
    # Links for what stays, a real file for what changes.
    shutil.copytree(media if change.media else golden, copy, copy_function=os.link)
    target = copy / change.file
    original = target.read_bytes()
    target.unlink()
    target.write_bytes(original)
    what = change_tensor(target, change.path[0], change.delta) if target.suffix == ".safetensors" else change_json(target, change.path)
    environment = dict(os.environ, OMP_NUM_THREADS="1", **{"VRLT_MEDIA_DIR" if change.media else "VRLT_GOLDEN_DIR": str(copy)})
    # Only the file in question: decoding all clips would take minutes.
    command = [str(bin_folder / change.binary)]
    if change.binary == "golden_video":
        command.append("--gtest_filter=" + (f"*Media*/{change.named_by}" if change.media else "FrameSampler*"))
    done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace")
    return what, done.returncode != 0, str(change.named_by) in done.stdout.split("[  FAILED  ]")[0] and "Failure" in done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, default=ROOT / "build/release/bin", help="folder of the golden test programs")
    parser.add_argument("--only", default="", help="only kinds that contain this text")
    parser.add_argument("--list", action="store_true", help="print the kinds and stop")
    arguments = parser.parse_args()
    golden, media = ROOT / "tests/golden/data", ROOT / "tests/media"
    changes = [change for change in all_changes(golden, media) if arguments.only in change.kind]
    if arguments.list:
        print("\n".join(change.kind for change in changes))
        return 0
    missed = 0
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as work:
        for change in changes:
            what, failed, named = run(change, arguments.bin, golden, media, Path(work))
            verdict = "caught" if failed and named else "NOT NAMED" if failed else "MISSED"
            missed += verdict != "caught"
            print(f"{verdict:9}  {change.kind}  ({change.named_by})  {what}", flush=True)
    print(f"{len(changes)} kinds of values changed, {len(changes) - missed} caught and named, {missed} not")
    return 1 if missed or not changes else 0


if __name__ == "__main__":
    sys.exit(main())
