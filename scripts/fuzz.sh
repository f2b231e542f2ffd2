#!/usr/bin/env bash
# Builds the fuzz targets with clang, runs each from its seeds, and prints a table. Ends with 1 if anything was found.
# usage: scripts/fuzz.sh [seconds per target, default 60] [target ...]        needs: apt-get install clang-16 libclang-rt-16-dev
# What is found goes to build/fuzz/findings/<target>; run one again with: build/fuzz/bin/fuzz_<target> FILE
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds="${1:-60}"
[[ "$seconds" =~ ^[0-9]+$ ]] || { echo "fuzz.sh: '$seconds' is no number of seconds" >&2; exit 2; }
shift $(($# > 0))
if [[ $# -gt 0 ]]; then targets=("$@"); else targets=(tests/fuzz/seeds/*); targets=("${targets[@]##*/}"); fi

bash scripts/bootstrap.sh
command -v clang++-16 >/dev/null || { echo "fuzz.sh: clang++-16 is missing: apt-get install clang-16 libclang-rt-16-dev" >&2; exit 69; }
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --parallel "${VRLT_JOBS:-2}"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# More than 600 MB in one piece (FFmpeg is allowed 512 MiB) or more than 10 s is a finding.
options=(-max_total_time="$seconds" -timeout=10 -malloc_limit_mb=600 -rss_limit_mb=2048 -print_final_stats=1)
failed=0
printf '%-20s %12s %10s %10s\n' target executions exec/s findings
for target in "${targets[@]}"; do
  folder="build/fuzz/findings/$target"
  mkdir -p "$folder" "$work/$target"
  touch "$work/start"
  OMP_NUM_THREADS=1 "build/fuzz/bin/fuzz_$target" "${options[@]}" -artifact_prefix="$folder/" "$work/$target" "tests/fuzz/seeds/$target" \
    >"$folder/log.txt" 2>&1 || failed=1
  stat() { sed -n "s/^stat::$1: *//p" "$folder/log.txt"; }
  findings=$(find "$folder" -type f ! -name log.txt -newer "$work/start" | wc -l)
  printf '%-20s %12s %10s %10s\n' "$target" "$(stat number_of_executed_units)" "$(stat average_exec_per_sec)" "$findings"
done
exit "$failed"
