#!/usr/bin/env bash
# Installs what vrlt needs to build on Debian 12 (or Ubuntu 24.04): apt packages, and the LibTorch wheels in a cache outside the source tree.
# Silent when everything is present; safe to interrupt and run again.
#
# usage: scripts/bootstrap.sh [--cuda] [--parquet] [--print-prefix]
#   --cuda          also fetch the CUDA, cuDNN and NCCL libraries and headers (2.5 GB) that the `cuda` preset links
#   --parquet       also fetch libparquet (70 MB unpacked), with which vrlt-data reads Parquet files itself
#   --print-prefix  print the folder that holds torch/, nvidia/ and pyarrow/ and exit
# environment: VRLT_CACHE  where to keep the wheels (default ${XDG_CACHE_HOME:-$HOME/.cache}/vrlt)
set -euo pipefail

readonly TORCH_VERSION=2.11.0
readonly CACHE="${VRLT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vrlt}"
readonly PREFIX="$CACHE/libtorch-$TORCH_VERSION"

with_cuda=0 with_parquet=0
for argument in "$@"; do
  case "$argument" in
    --cuda) with_cuda=1 ;;
    --parquet) with_parquet=1 ;;
    --print-prefix) echo "$PREFIX"; exit 0 ;;
    -h|--help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "bootstrap.sh: unknown argument '$argument' (try --help)" >&2; exit 2 ;;
  esac
done

readonly APT_PACKAGES=(
  g++ cmake ninja-build ccache lld pkg-config git unzip python3 python3-pip
  libavcodec-dev libavformat-dev libavutil-dev libswscale-dev
  libopencv-core-dev libopencv-imgproc-dev libturbojpeg0-dev
  libsentencepiece-dev libutf8proc-dev
  nlohmann-json3-dev libyaml-cpp-dev libspdlog-dev libcli11-dev libssl-dev
  libgtest-dev libgmock-dev libbenchmark-dev
)

# name==version sha256, as published; torch's cp tag does not matter to C++.
readonly CPU_WHEELS=(
  "torch==2.11.0 0f68f4ac6d95d12e896c3b7a912b5871619542ec54d3649cf48cc1edd4dd2756"
  "nvidia-cuda-cupti==13.0.85 4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8"
  "nvidia-cuda-runtime==13.0.96 7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548"
)
readonly PARQUET_WHEEL="pyarrow==26.0.1 c718bf97a92a6dea97fd1062c3b9f9e2e83cb9cc926e752289fa4ffff41738f9"
readonly CUDA_WHEELS=(
  "nvidia-cublas==13.1.0.3 ee8722c1f0145ab246bccb9e452153b5e0515fd094c3678df50b2a0888b8b171"
  "nvidia-cuda-cccl==13.0.85 e0da7ad981f3a8aff08241b5bfc1af868742a63e2762f53a5171c492ef242649"
  "nvidia-cuda-crt==13.0.88 2c8043c7c9e02492716426e9919fc78d2c5b3b2a7a768a88e952676b08aa55a4"
  "nvidia-cuda-nvrtc==13.0.88 ad9b6d2ead2435f11cbb6868809d2adeeee302e9bb94bcf0539c7a40d80e8575"
  "nvidia-cudnn-cu13==9.19.0.56 d20e1734305e9d68889a96e3f35094d733ff1f83932ebe462753973e53a572bf"
  "nvidia-cufft==12.0.0.61 6c44f692dce8fd5ffd3e3df134b6cdb9c2f72d99cf40b62c32dde45eea9ddad3"
  "nvidia-cufile==1.15.1.6 08a3ecefae5a01c7f5117351c64f17c7c62efa5fffdbe24fc7d298da19cd0b44"
  "nvidia-curand==10.4.0.35 1aee33a5da6e1db083fe2b90082def8915f30f3248d5896bcec36a579d941bfc"
  "nvidia-cusolver==12.0.4.66 0a759da5dea5c0ea10fd307de75cdeb59e7ea4fcb8add0924859b944babf1112"
  "nvidia-cusparse==12.6.3.3 2b3c89c88d01ee0e477cb7f82ef60a11a4bcd57b6b87c33f789350b59759360b"
  "nvidia-cusparselt-cu13==0.8.0 25e30a8a7323935d4ad0340b95a0b69926eee755767e8e0b1cf8dd85b197d3fd"
  "nvidia-nccl-cu13==2.28.9 e4553a30f34195f3fa1da02a6da3d6337d28f2003943aa0a3d247bbc25fefc42"
  "nvidia-nvjitlink==13.0.88 13a74f429e23b921c1109976abefacc69835f2f433ebd323d3946e11d804e47b"
  "nvidia-nvshmem-cu13==3.4.5 290f0a2ee94c9f3687a02502f3b9299a9f9fe826e6d0287ee18482e78d495b80"
)

install_packages() {
  local missing=() package
  for package in "${APT_PACKAGES[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  # A package may be satisfied by a tool installed another way (a newer cmake on PATH, say).
  local still=()
  for package in "${missing[@]}"; do
    case "$package" in
      g++|cmake|ccache|git|unzip|python3) command -v "$package" >/dev/null || still+=("$package") ;;
      ninja-build) command -v ninja >/dev/null || still+=("$package") ;;
      python3-pip) python3 -m pip --version >/dev/null 2>&1 || still+=("$package") ;;
      *) still+=("$package") ;;
    esac
  done
  ((${#still[@]})) || return 0
  local -a as_root=()
  if [[ $(id -u) -ne 0 ]]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
      as_root=(sudo)
    else
      echo "bootstrap.sh: these packages are missing and need root. Run this line, then start again:" >&2
      echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${still[*]}" >&2
      exit 69
    fi
  fi
  echo "bootstrap.sh: installing ${#still[@]} packages: ${still[*]}"
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${still[@]}" >/dev/null
}

# fetch_wheel "name==version sha256" -> path of the verified wheel in $CACHE/wheels
fetch_wheel() {
  local requirement="${1% *}" digest="${1#* }" wheel
  local folder="$CACHE/wheels/$digest"
  wheel=$(find "$folder" -maxdepth 1 -name '*.whl' 2>/dev/null | head -n 1)
  if [[ -z "$wheel" ]]; then
    mkdir -p "$CACHE/wheels"
    local partial
    partial=$(mktemp -d "$CACHE/wheels/partial.XXXXXX")
    echo "bootstrap.sh: fetching $requirement" >&2
    printf '%s --hash=sha256:%s\n' "$requirement" "$digest" > "$partial/requirements.txt"
    local -a platforms=() tag
    for tag in manylinux_2_28 manylinux_2_27 manylinux_2_25 manylinux_2_18 manylinux_2_17 manylinux2014; do
      platforms+=(--platform "${tag}_x86_64")
    done
    python3 -m pip --quiet --disable-pip-version-check download --no-deps --no-cache-dir --require-hashes --only-binary=:all: \
      --python-version 3.12 "${platforms[@]}" --dest "$partial" -r "$partial/requirements.txt" >&2 || {
        rm -rf "$partial"; echo "bootstrap.sh: could not fetch $requirement; check the network and run again" >&2; return 69; }
    rm "$partial/requirements.txt"
    mv -T "$partial" "$folder"
    wheel=$(find "$folder" -maxdepth 1 -name '*.whl' | head -n 1)
  fi
  echo "$wheel"
}

# unpack NAME "requirement sha256" [members...]: once, marked by a stamp written last.
unpack() {
  local stamp="$PREFIX/.unpacked-$1" wheel; shift
  [[ -e "$stamp" ]] && return 0
  wheel=$(fetch_wheel "$1"); shift
  mkdir -p "$PREFIX"
  unzip -q -o "$wheel" "$@" -d "$PREFIX"
  : > "$stamp"
  rm -rf "$(dirname "$wheel")"
}

install_packages
# The CPU part needs three libraries and the headers only: 500 MiB instead of 1.2 GiB.
if ((with_cuda)); then
  unpack torch-cuda "${CPU_WHEELS[0]}" 'torch/lib/*' 'torch/include/*' 'torch-*.dist-info/licenses/*' -x 'torch/lib/libtorch_python.so'
  : > "$PREFIX/.unpacked-torch-cpu"
else
  unpack torch-cpu "${CPU_WHEELS[0]}" torch/lib/libc10.so torch/lib/libtorch_cpu.so torch/lib/libgomp.so.1 'torch/include/*' 'torch-*.dist-info/licenses/*'
fi
unpack cupti "${CPU_WHEELS[1]}" 'nvidia/cu13/*'
unpack cuda-runtime "${CPU_WHEELS[2]}" 'nvidia/cu13/*'
if ((with_parquet)); then
  unpack parquet "$PARQUET_WHEEL" 'pyarrow/include/arrow/*' 'pyarrow/include/parquet/*' \
    pyarrow/libarrow.so.2600 pyarrow/libparquet.so.2600 'pyarrow-*.dist-info/licenses/*'
fi
if ((with_cuda)); then
  for wheel in "${CUDA_WHEELS[@]}"; do
    unpack "${wheel%% *}" "$wheel" 'nvidia/*'
  done
fi
