#!/usr/bin/env python3
"""Checks that a folder includes only folders above it, in the order in which data flows."""
import pathlib
import re
import sys

ORDER = ["core", "io", "config", "metrics", "kernels", "distributed", "checkpoint", "data", "video", "tokenizer", "reading", "processor", "model", "rollout",
         "rewards", "algorithm", "optim", "selection", "evaluation", "settings", "forecast", "command_line", "run_folder", "trainer", "check", "opening", "selection_run",
         "evaluation_run", "conversion", "scoring", "synth", "page", "showing", "report", "doctor", "app", "front"]
INCLUDE = re.compile(r'^\s*#\s*include\s+"(?:vrlt/)?([a-z_0-9]+)/', re.MULTILINE)


def main() -> int:
    root = pathlib.Path(__file__).resolve().parent.parent
    problems = []
    for path in sorted([*root.glob("include/vrlt/*/**/*.h"), *root.glob("src/*/**/*.h"), *root.glob("src/*/**/*.cpp")]):
        relative = path.relative_to(root)
        folder = relative.parts[2] if relative.parts[0] == "include" else relative.parts[1]
        if folder not in ORDER:
            problems.append(f"{relative}: folder {folder} has no place in the order")
            continue
        for target in INCLUDE.findall(path.read_text(encoding="utf-8")):
            if target in ORDER and ORDER.index(target) > ORDER.index(folder):
                problems.append(f"{relative}: {folder} includes {target}, which comes after it")
    print("\n".join(problems), file=sys.stderr, end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
