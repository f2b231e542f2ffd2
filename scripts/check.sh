#!/usr/bin/env bash
# What to run before a commit: formatting, documents, include direction, a build with warnings as errors, unit tests.
# usage: scripts/check.sh [--fix]      --fix formats the files in place
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[[ $# -eq 0 || ( $# -eq 1 && "$1" == --fix ) ]] || { echo "check.sh: unknown argument '$*' (--fix)" >&2; exit 2; }

bash scripts/bootstrap.sh
if command -v clang-format >/dev/null; then
  mapfile -d '' -t sources < <(git ls-files -z '*.cpp' '*.h')
  if [[ "${1:-}" == --fix ]]; then clang-format -i "${sources[@]}"; else clang-format --dry-run --Werror "${sources[@]}"; fi
else
  echo "check.sh: clang-format is not installed; formatting was not checked" >&2
fi
python3 scripts/check_docs.py
python3 scripts/check_includes.py
cmake --preset dev >/dev/null
cmake --build --preset dev --parallel "${VRLT_JOBS:-2}"
OMP_NUM_THREADS=1 ctest --preset dev --parallel "${VRLT_JOBS:-2}" -L unit
