#!/usr/bin/env bash
# Looks for faults with clang-tidy (.clang-tidy has the checks) in sources: 10 s for one, 90 s for one that uses LibTorch.
# usage: scripts/tidy.sh [FILE.cpp...]        without files: the sources that differ from the branch main
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tidy=$(command -v clang-tidy-16 || true)  # 14, Debian 12's default, cannot parse some of our sources with the headers of GCC 12
[[ -n "$tidy" ]] || { echo "tidy.sh: clang-tidy-16 is not installed (apt-get install clang-tidy-16)" >&2; exit 2; }

files=("$@")
(( $# )) || mapfile -d '' -t files < <(git diff -z --name-only --diff-filter=d "$(git merge-base main HEAD)" -- 'src/*.cpp' 'tools/*.cpp')
(( ${#files[@]} )) || { echo "tidy.sh: no source differs from main"; exit 0; }

# A folder of its own that is never built: clang cannot read the precompiled headers that GCC leaves in one that is.
cmake --preset release -B build/tidy -DVRLT_TESTS=OFF -DCMAKE_EXPORT_COMPILE_COMMANDS=ON >/dev/null
for file in "${files[@]}"; do
  echo "$file"
  "$tidy" -p build/tidy --quiet --extra-arg=-Wno-unknown-warning-option "$file" 2> >(grep -v 'warnings\? generated' >&2)
done
