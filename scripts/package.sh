#!/usr/bin/env bash
# Makes what is given to others: a folder that runs wherever glibc is 2.36 or newer (Debian 12, Ubuntu 24.04), without root, network, Python or a compiler,
# as a tarball; a Debian package; a wheel beside PyPI's torch. With hashes and a list of all that is in it.
# usage: scripts/package.sh [tarball] [deb] [wheel] [--cuda] [--out FOLDER]      (default: tarball deb wheel, to build/packages)
#   --cuda   programs and libraries for CUDA (about 3 GB more)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

out=build/packages preset=release flavour='' kinds=() bootstrap=()
while (($#)); do
  case "$1" in
    tarball | deb | wheel) kinds+=("$1") ;;
    --cuda) preset=cuda flavour=-cuda13 bootstrap=(--cuda) ;;
    --out) out=${2:?--out needs a folder}; shift ;;
    -h | --help) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "package.sh: unknown argument '$1' (try --help)" >&2; exit 2 ;;
  esac
  shift
done
((${#kinds[@]})) || kinds=(tarball deb wheel)
out=$(realpath -m "$out")
mkdir -p "$out"

missing=()
for package in nasm patchelf zstd make dpkg-dev libdav1d-dev zlib1g-dev; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if ((${#missing[@]})); then
  echo "package.sh: these packages are missing: apt-get install -y --no-install-recommends ${missing[*]}" >&2
  exit 69
fi
bash scripts/bootstrap.sh --parquet "${bootstrap[@]}"
wheels=$(bash scripts/bootstrap.sh --print-prefix)
for wheel in torch pyarrow; do
  compgen -G "$wheels/$wheel-*.dist-info/licenses/*" >/dev/null || {
    echo "package.sh: $wheels holds $wheel without its licence; remove the folder and run again" >&2; exit 69; }
done
build=build/package$flavour
cmake --preset "$preset" -B "$build" -DVRLT_TESTS=OFF >/dev/null
cmake --build "$build" --parallel "${VRLT_JOBS:-2}"
version=$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' "$build/CMakeCache.txt")
scripts/package/ffmpeg.sh "$build/ffmpeg"

# The same bytes from the same commit.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || echo 0)
export SOURCE_DATE_EPOCH

make_tarball() {
  local name="vrlt-$version-linux-x86_64$flavour"
  rm -rf "${build:?}/stage" && mkdir -p "$build/stage"
  cmake --install "$build" --component Unspecified --prefix "$build/stage/$name" --strip >/dev/null
  python3 scripts/package/closure.py "$build/stage/$name" "$build/ffmpeg" "$version"
  tar -C "$build/stage" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -cf - "$name" |
    zstd -q -T0 -"${VRLT_ZSTD_LEVEL:-12}" -f -o "$out/$name.tar.zst"
}

make_deb() {
  (cd "$build" && cpack -G DEB -B "$PWD/deb" >cpack.log) || { tail -n 20 "$build/cpack.log" >&2; exit 70; }
  cp "$build"/deb/*.deb "$out/"
}

make_wheel() {
  rm -rf "${build:?}/wheel"
  cmake --install "$build" --component Unspecified --prefix "$build/wheel/vrlt" --strip >/dev/null
  scripts/package/wheel.sh "$build/wheel" "$build/ffmpeg" "$version" "$out"
}

for kind in "${kinds[@]}"; do "make_$kind"; done
(cd "$out" && sha256sum -- vrlt* >SHA256SUMS && ls -l --block-size=M vrlt*)
