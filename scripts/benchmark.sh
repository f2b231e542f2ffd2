#!/usr/bin/env bash
# Times vrlt-train and parts of a GRPO step beside what one would use instead (transformers, TRL), and writes speed.md, speed.html with charts
# and results.json. All of it takes about 20 minutes of a machine with two cores and nothing else to do.
#
# usage: scripts/benchmark.sh [--python PYTHON] [--work FOLDER] [--out FOLDER] [--repeats N] [--only REGEX]
#   --python   a Python with torch 2.11.0, transformers 5.17.0, trl 1.16.0, accelerate, datasets, pillow (default: python3)
#   --work     where the models and inputs are made, once (default: build/benchmark)
#   --out      where the results go (default: the work folder)
#   --repeats  timed runs of each side (default: 7)
#   --only     the cases whose label matches: update, rollout, step, head, start-up, ranks (needs Open MPI), growth, against (the charts);
#              such as 'update h64|rollout against frames'
set -euo pipefail
cd "$(dirname "$0")/.."
python=python3 work=build/benchmark out='' rest=()
while (($#)); do
  case "$1" in
    --python) python=$2; shift 2 ;;
    --work) work=$2; shift 2 ;;
    --out) out=$2; shift 2 ;;
    --repeats | --only) rest+=("$1" "$2"); shift 2 ;;
    -h | --help) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "benchmark.sh: unknown argument '$1' (try --help)" >&2; exit 2 ;;
  esac
done
cmake --preset release >/dev/null
cmake --build --preset release --target policy_benchmark video_benchmark vrlt-train >/dev/null
if [[ ! -e "$work/complete" ]]; then
  "$python" scripts/benchmark/make_workload.py --out "$work" --no-check --prompts prompt256,prompt512,prompt2198
  : >"$work/complete"
fi
exec "$python" scripts/benchmark/run.py --bin "$PWD/build/release/bin" --work "$work" --out "${out:-$work}" "${rest[@]}"
