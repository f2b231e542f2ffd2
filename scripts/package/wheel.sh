#!/usr/bin/env bash
# Makes a wheel of an installed folder: the programs without LibTorch, which they find in the wheel of torch that it depends on.
# usage: scripts/package/wheel.sh STAGE FFMPEG VERSION OUT      STAGE/vrlt: what cmake --install wrote; changed in place
# needs: patchelf, python3 with venv
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
stage=$(realpath "$1") ffmpeg=$(realpath "$2") version=$3 out=$(realpath "$4")

python3 "$here/closure.py" "$stage/vrlt" "$ffmpeg" "$version"
rm -r "$stage/vrlt/lib/vrlt/torch" "$stage/vrlt/lib/vrlt/nvidia"
for program in "$stage"/vrlt/libexec/vrlt/*; do
  # site-packages/vrlt/libexec/vrlt/PROGRAM and site-packages/torch/lib
  # shellcheck disable=SC2016
  patchelf --set-rpath '$ORIGIN/../../../torch/lib:$ORIGIN/../../lib/vrlt' "$program"
done
cp "$here/wheel_init.py" "$stage/vrlt/__init__.py"

cd "$stage"
names=(vrlt/bin/*)
python3 - "$version" "${names[@]##*/}" >pyproject.toml <<'PYTHON'
import sys

version, *programs = sys.argv[1:]
print(f'''[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "vrlt"
version = "{version}"
description = "Video reinforcement learning tuning: post-trains video language models by GRPO"
license = "Apache-2.0"
requires-python = ">=3.10"
dependencies = ["torch==2.11.*"]

[project.scripts]''')
for name in programs:
    print(f'{name} = "vrlt:{name.replace("-", "_")}"')
print('''
[tool.setuptools]
packages = ["vrlt"]
include-package-data = false

[tool.setuptools.package-data]
vrlt = ["bin/*", "libexec/vrlt/*", "lib/vrlt/*", "share/**"]''')
PYTHON
python3 -m venv tools
tools/bin/pip --quiet --disable-pip-version-check install wheel
tools/bin/pip --quiet --disable-pip-version-check wheel --no-deps --wheel-dir built .
# Of no Python in particular: programs are in it, no extension modules. 2_36: the glibc that they were linked with.
tools/bin/wheel tags --remove --python-tag py3 --abi-tag none --platform-tag manylinux_2_36_x86_64 built/*.whl >/dev/null
mv built/*.whl "$out/"
