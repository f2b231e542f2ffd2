#!/usr/bin/env bash
# Builds the site from docs/ and from what the programs say of their configs; a warning is an error.
# usage: scripts/docs.sh [OUT]      (default: build/site; open OUT/index.html)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=$(realpath -m "${1:-build/site}")
work=build/docs

bash scripts/bootstrap.sh
cmake --preset release >/dev/null
cmake --build --preset release --parallel "${VRLT_JOBS:-2}" --target vrlt-train vrlt-select vrlt-eval vrlt-data vrlt-score vrlt-report vrlt-ask vrlt-doctor >/dev/null
if [[ ! -e "$work/python/complete" ]]; then
  python3 -m venv "$work/python"
  "$work/python/bin/pip" --quiet --disable-pip-version-check install 'sphinx==8.*' 'myst-parser==4.*' furo
  : >"$work/python/complete"
fi
python3 scripts/package/help_files.py build/release/bin "$work/share"
rm -rf "$work/source"
cp -r docs "$work/source"
# What pages point to outside of docs/ becomes a file of the site.
for name in include src tests tools scripts configs CMakeLists.txt README.md CONTRIBUTING.md CHANGELOG.md SECURITY.md; do
  ln -sfn "../../$name" "$work/$name"
done
python3 scripts/package/config_page.py "$work/share/vrlt/schemas" "$work/source/config.md"
"$work/python/bin/sphinx-build" -W --keep-going -q -b html "$work/source" "$out"
echo "docs.sh: $out/index.html"
