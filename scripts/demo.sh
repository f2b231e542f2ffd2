#!/usr/bin/env bash
# The whole method in small, with the real programs on real H.264 clips: supervised warm start, evaluation, selection of
# samples whose rewards vary, GRPO on them, evaluation on held-out clips, report.
# usage: scripts/demo.sh [seed=N] [family=NAME] [short]
#   seed=N        of clips, weights and sampling (default 0)
#   family=NAME   of the model: qwen2_5_vl (default) or qwen3_vl
#   short         a few steps of everything: checks that it runs, learns nothing
# In the source tree it installs what is missing and builds the programs first, and writes to demo/ there; where vrlt is installed
# (share/vrlt/scripts/demo.sh) it runs the programs beside it and writes to demo/ in the current folder.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

seed=0 family=qwen2_5_vl size=
sft_steps=260 grpo_steps=600 train_clips=3000 test_clips=300 keep=()
for argument in "$@"; do
  case "$argument" in
    seed=*) seed="${argument#seed=}" ;;
    family=*) family="${argument#family=}" ;;
    # A model that has learnt nothing gives equal rewards: keep every sample.
    short) size=short; sft_steps=6 grpo_steps=3 train_clips=24 test_clips=8
           keep=("filter.require=[]") ;;
    *) echo "demo.sh: unknown argument '$argument' (seed=N, family=NAME, short)" >&2; exit 2 ;;
  esac
done
# Two vision tokens on each side of a frame: of 28 pixels, or of 32.
case "$family" in
  qwen2_5_vl) out="demo/${size:-seed-$seed}" pixels=3136 ;;
  qwen3_vl) out="demo/$family-${size:-seed-$seed}" pixels=4096 ;;
  *) echo "demo.sh: unknown family '$family' (qwen2_5_vl, qwen3_vl)" >&2; exit 2 ;;
esac

began=$SECONDS
if [[ -x "$root/../../bin/vrlt-train" ]]; then
  bin="$(cd "$root/../../bin" && pwd)"
  fetched=$SECONDS
else
  cd "$root"
  bin=build/release/bin
  bash scripts/bootstrap.sh
  fetched=$SECONDS
  cmake --preset release -DVRLT_TESTS="${VRLT_TESTS:-ON}" >/dev/null
  cmake --build --preset release --parallel "${VRLT_JOBS:-2}" --target vrlt-data vrlt-train vrlt-eval vrlt-select vrlt-score vrlt-report
fi
built=$SECONDS

configs="$root/configs/demo"
data="$out/data" runs="$out/runs"
# A model as small as this gains nothing from a second thread, and loses by it on a busy machine.
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}"
rm -rf "$out"
mkdir -p "$out"
common=(output="$runs" seed="$seed" data.root="$data/videos" video.min_pixels="$pixels" video.max_pixels="$pixels")
checkpoint() { ls -d "$runs/$1"/checkpoints/step-*/model | tail -n 1; }

"$bin/vrlt-data" synth "$configs"/synth.yaml output="$data" seed="$seed" model.family="$family" train_clips="$train_clips" test_clips="$test_clips"
"$bin/vrlt-train" "$configs"/sft.yaml "${common[@]}" steps="$sft_steps" model.path="$data/model" "data.records=[$data/train.jsonl]"
"$bin/vrlt-eval" "$configs"/eval.yaml "${common[@]}" name=before "data.records=[$data/test.jsonl]" model.path="$(checkpoint sft)"
"$bin/vrlt-select" "$configs"/select.yaml "${common[@]}" "${keep[@]}" "data.records=[$data/train.jsonl]" model.path="$(checkpoint sft)"
"$bin/vrlt-train" "$configs"/grpo.yaml "${common[@]}" steps="$grpo_steps" "data.records=[$runs/select/selected.jsonl]" model.path="$(checkpoint sft)"
"$bin/vrlt-eval" "$configs"/eval.yaml "${common[@]}" name=after "data.records=[$data/test.jsonl]" model.path="$(checkpoint grpo)"

echo
echo "held-out clips, before and after GRPO (percent):"
"$bin/vrlt-eval" compare "$runs/before" "$runs/after"
"$bin/vrlt-report" "$runs/before" "$runs/after" "$runs/grpo" "$runs/select" "$runs/sft" --output "$out/report.html"
echo
echo "report: $out/report.html"
echo "time: set-up $((fetched - began)) s, build $((built - fetched)) s, run $((SECONDS - built)) s"
