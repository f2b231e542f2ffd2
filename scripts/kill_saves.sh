#!/usr/bin/env bash
# Kills random ranks while all of them save checkpoints, 200 times or as often as is said, and looks at what is left after each.
#   scripts/kill_saves.sh [KILLS] [BUILD_FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."
VRLT_KILLS=${1:-200} OMP_NUM_THREADS=1 exec "${2:-build/release}/bin/distributed_checkpoint" --gtest_filter='InterruptedSaves.ByKillsOfAnyRank*'
