#!/usr/bin/env bash
# Installs what is missing, builds the release preset and runs every test.
# usage: scripts/test.sh [ctest arguments]        e.g. scripts/test.sh -L unit
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash scripts/bootstrap.sh --parquet
python3 scripts/check_includes.py
cmake --preset release >/dev/null
cmake --build --preset release --parallel "${VRLT_JOBS:-2}"
# One thread per test: on few cores two OpenMP threads waiting for each other are slower than one.
OMP_NUM_THREADS=1 ctest --preset release --parallel "${VRLT_JOBS:-2}" "$@"
