#!/usr/bin/env bash
# A run on the GPUs of this machine, or of several with the same command on each, by torchrun (of any Python that has torch).
# usage: scripts/launch/torchrun.sh [RANKS [--nnodes=2 --rdzv-backend=c10d --rdzv-endpoint=HOST:29500]] -- train CONFIG.yaml [key=value ...]
# RANKS on this machine: 8 unless given. The programs are those of VRLT_BIN (default: build/cuda/bin).
set -euo pipefail
ranks=8
if [[ "${1:-}" =~ ^[0-9]+$ ]]; then
  ranks="$1"
  shift
fi
options=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  options+=("$1")
  shift
done
[ $# -gt 1 ] || { echo "torchrun.sh: -- and a program are missing: torchrun.sh 8 -- train CONFIG.yaml" >&2; exit 2; }
shift
program="${VRLT_BIN:-build/cuda/bin}/vrlt-$1"
shift
exec torchrun --no-python --nproc-per-node="$ranks" ${options[@]+"${options[@]}"} "$program" "$@"
