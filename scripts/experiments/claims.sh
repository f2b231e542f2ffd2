#!/usr/bin/env bash
# The paper's two claims in small, on rendered clips: reinforcement learning beats more supervised training, and a quarter of the
# samples, chosen by the variance of their rewards, does as well as all of them. Ends with tables of every arm and paired differences.
#   labelled: the clips of the supervised start; against it, arms go on on the same clips by SFT or by GRPO, and from nothing
#   pool: four times as many other clips; each rule of selection keeps a quarter of their samples
# A killed run goes on where it stopped; arms that are done are not run again.
# usage: scripts/experiments/claims.sh [out=FOLDER] [seeds=1,2,3] [arms=NAME,..] [KEY=VALUE ...]
#   out=FOLDER   default experiments/claims
#   seeds=A,B    of clips, weights and sampling (default 1,2,3)
#   arms=A,B     only these (default: all)
#   labelled=N pool=N test_clips=N sft_steps=N steps=N    numbers of clips and steps, for a quick look
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

out=experiments/claims seeds=1,2,3
arms=base,sft,sft-samples,sft-compute,grpo-labelled,grpo-discrete,grpo-continuous,grpo-pool,grpo-variance,grpo-random,grpo-timelens2,grpo-time_r1,grpo-timelens,grpo-dapo,grpo-scratch
labelled=400 pool=1600 test_clips=1000 sft_steps=500 steps=300
# A step of GRPO takes about four times the processor time of a supervised one on as many samples; the table has what was measured.
compute_factor=4
for argument in "$@"; do
  case "$argument" in
    out=*|seeds=*|arms=*|labelled=*|pool=*|test_clips=*|sft_steps=*|steps=*) declare "${argument%%=*}=${argument#*=}" ;;
    *) sed -n '2,13s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
done
bin="${VRLT_BIN:-build/release/bin}" configs=configs/claims
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}"

checkpoint() { find "$runs/$1/checkpoints" -path '*/step-*/model' -type d | sort | tail -n 1; }
# User and system time of everything this script has waited for, in clock ticks.
processor_ticks() {
  local -a fields
  read -r -a fields < "/proc/$$/stat"
  echo $((fields[15] + fields[16]))
}

# train NAME CONFIG [key=value ...]: unless done; notes the processor time.
train() {
  local name="$1" config="$2" before; shift 2
  [[ -e "$runs/$name/processor_seconds" ]] && return
  before="$(processor_ticks)"
  "$bin/vrlt-train" "$configs/$config" "${common[@]}" name="$name" "$@"
  echo $((($(processor_ticks) - before) / $(getconf CLK_TCK))) > "$runs/$name/processor_seconds"
}

# evaluate NAME MODEL [key=value ...]: on the held-out clips.
evaluate() {
  local name="$1" model="$2"; shift 2
  [[ -e "$runs/eval-$name/done" ]] && return
  "$bin/vrlt-eval" "$configs/eval.yaml" "${common[@]}" name="eval-$name" "data.records=[$data/test.jsonl]" model.path="$model" "$@"
  touch "$runs/eval-$name/done"
}

# grpo NAME [key=value ...]: from the supervised start on the labelled clips, unless the keys say otherwise.
grpo() {
  local name="grpo-$1"; shift
  train "$name" grpo.yaml steps="$steps" "data.records=[$data/labelled.jsonl]" model.path="$(checkpoint sft)" "$@"
  evaluate "$name" "$(checkpoint "$name")"
}

sft_on() {
  train "$1" sft_on.yaml steps="$2" "data.records=[$data/labelled.jsonl]" model.path="$(checkpoint sft)"
  evaluate "$1" "$(checkpoint "$1")"
}

# chosen NAME [filter key=value ...]: GRPO on what a rule keeps of the pool. The answers are sampled once per seed and shared by all rules.
chosen() {
  local name="$1"; shift
  if [[ ! -e "$runs/chosen/$name.jsonl" ]]; then
    "$bin/vrlt-select" "$configs/select.yaml" "${common[@]}" "data.records=[$data/pool.jsonl]" model.path="$(checkpoint sft)" "$@"
    mkdir -p "$runs/chosen"
    cp "$runs/select/selected.jsonl" "$runs/chosen/$name.jsonl"
  fi
  grpo "$name" "data.records=[$runs/chosen/$name.jsonl]"
}

run_arm() {
  local form='{name: format_answer, weight: 0.2}'
  case "$1" in
    base) evaluate base "$data/model" model.init=random ;;
    sft) evaluate sft "$(checkpoint sft)" ;;
    sft-samples) sft_on sft-samples "$steps" ;;
    sft-compute) sft_on sft-compute "$((compute_factor * steps))" ;;
    grpo-labelled) grpo labelled ;;
    grpo-pool) grpo pool "data.records=[$data/pool.jsonl]" ;;
    grpo-variance) chosen variance filter.preset=temporal_rlt filter.keep=0.25 ;;
    # Its rule keeps every sample whose rewards are not all equal: a quarter of the pool of those, at random.
    grpo-dapo) chosen dapo filter.preset=dapo filter.keep=0.25 filter.choose=random ;;
    grpo-random|grpo-timelens2|grpo-time_r1|grpo-timelens) chosen "${1#grpo-}" filter.preset="${1#grpo-}" filter.keep=0.25 ;;
    grpo-discrete) grpo discrete "rewards=[choice, grounded_qa_option, $form]" ;;
    grpo-continuous) grpo continuous "rewards=[temporal_iou, grounded_qa_iou, $form]" ;;
    grpo-scratch) grpo scratch model.path="$data/model" model.init=random ;;
    *) echo "claims.sh: unknown arm '$1'; known: $arms" >&2; exit 2 ;;
  esac
}

for seed in ${seeds//,/ }; do
  data="$out/seed-$seed/data" runs="$out/seed-$seed/runs"
  common=(output="$runs" seed="$seed" data.root="$data/videos")
  mkdir -p "$out/seed-$seed"
  if [[ ! -e "$data/pool.jsonl" ]]; then
    "$bin/vrlt-data" synth "$configs/synth.yaml" output="$data" seed="$seed" train_clips="$((labelled + pool))" test_clips="$test_clips"
    head -n "$((3 * labelled))" "$data/train.jsonl" > "$data/labelled.jsonl"  # three questions a clip
    tail -n "+$((3 * labelled + 1))" "$data/train.jsonl" > "$data/pool.jsonl"
  fi
  train sft sft.yaml steps="$sft_steps" model.path="$data/model" "data.records=[$data/labelled.jsonl]"
  for arm in ${arms//,/ }; do run_arm "$arm"; done
done
python3 scripts/experiments/claims_tables.py "$out" --seeds "$seeds"
