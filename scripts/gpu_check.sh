#!/usr/bin/env bash
# The first minutes on a GPU: is it computed right, how fast is it, what fits. Builds nothing;
# writes each result as soon as it has it (OUT/results.jsonl), and at the end OUT/results.json and
# OUT/results.md. May be stopped at any time: what it has stands there.
#
# usage: scripts/gpu_check.sh [--dry] [--bin FOLDER] [--out FOLDER] [--seconds N] [--only REGEX]
#   --dry      the same course in small without a GPU: the fake device of the tests, and the
#              programs on the processor (about a minute)
#   --bin      the programs, and the tests if they are there
#              (default: build/cuda/bin; with --dry build/release/bin)
#   --out      where models, runs and results go (default: build/gpu_check)
#   --seconds  of the whole course (default: 900); parts that no longer fit are left out, and said
#   --only     the parts whose names match
# exit codes: 0 all that was asked was right; 1 something was not; 2 usage; 66 no programs
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if [[ "${1:-}" == -h || "${1:-}" == --help ]]; then
  sed -n '2,16s/^# \{0,1\}//p' "$0"
  exit 0
fi
exec python3 "$root/scripts/gpu/course.py" --root "$root" "$@"
