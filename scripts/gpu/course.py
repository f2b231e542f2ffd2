"""The course of scripts/gpu_check.sh: parts in order, each within its time, each result written at
once."""

import argparse
import json
import pathlib
import re
import sys
import time

import models
import parts
from results import Results


def parse():
    parser = argparse.ArgumentParser(prog="gpu_check.sh", add_help=False)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--dry", action="store_true")
    parser.add_argument("--bin", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--seconds", type=float, default=900)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    preset = "release" if options.dry else "cuda"
    options.bin = (options.bin or options.root / "build" / preset / "bin").resolve()
    options.out = (options.out or options.root / "build" / "gpu_check").resolve()
    return options


def main():
    options = parse()
    if not (options.bin / "vrlt-train").exists():
        print(
            f"gpu_check.sh: no programs in {options.bin}; build them (cmake --preset cuda && "
            "cmake --build --preset cuda), or name them with --bin",
            file=sys.stderr,
        )
        return 66
    options.out.mkdir(parents=True, exist_ok=True)
    results = Results(options.out, dry=options.dry)
    course = parts.Course(options, results, models.DRY if options.dry else models.REAL)
    end = time.monotonic() + options.seconds
    chosen = [part for part in parts.PARTS if re.search(options.only, part.__name__)]
    if not chosen:
        names = ", ".join(part.__name__ for part in parts.PARTS)
        print(
            f"gpu_check.sh: --only {options.only} names no part; there are {names}", file=sys.stderr
        )
        return 2
    for part in chosen:
        left = end - time.monotonic()
        if left < parts.LEAST_SECONDS:
            results.add(part.__name__, "time", "left out", note="the time of the course is over")
            continue
        course.run(part, left)
    results.write()
    print(results.table())
    print(f"gpu_check.sh: {options.out / 'results.md'}, {options.out / 'results.json'}")
    return 1 if results.any_wrong() else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("gpu_check.sh: stopped; what was found stands in results.jsonl", file=sys.stderr)
        sys.exit(1)
    except json.JSONDecodeError as error:
        sys.exit(f"gpu_check.sh: a program wrote no JSON: {error}")
