#include "vrlt/rewards/reward_presets.h"

#include "vrlt/core/named_table.h"

namespace vrlt::rewards {
namespace {

const RewardTerm kSeedTvg[] = {{"temporal_iou_seed", 0.5}, {"format_seed_tvg", 0.5}};
const RewardTerm kTemporalRlt[] = {
    {"choice", 1.0}, {"temporal_iou", 1.0}, {"grounded_qa", 1.0}, {"format", 1.0}};
const RewardTerm kVideoR1[] = {{"choice_videor1", 1.0},     {"numeric_videor1", 1.0},
                               {"regression_videor1", 1.0}, {"ocr", 1.0},
                               {"rouge_videor1", 1.0},      {"format_generic", 1.0},
                               {"temporal_bonus", 0.3},     {"length_bonus", 0.2}};
const RewardTerm kTimeR1[] = {{"temporal_iou_timer1_peer", 1.0}, {"format_generic_trimmed", 1.0}};
const RewardTerm kVideoChatGqa[] = {
    {"format_glue", 1.0}, {"choice_videochat", 1.0}, {"glue_iou", 1.0}};
const RewardTerm kMuseg[] = {{"format_museg", 1.0}, {"museg_global", 1.0}, {"museg_local", 1.0}};
const RewardTerm kTimeLens[] = {{"temporal_iou", 1.0}};

const RewardPreset kPresets[] = {
    {"seed_tvg", "Temporal-RLT's code for grounding: 0.5 overlap + 0.5 format", kSeedTvg},
    {"temporal_rlt", "Temporal-RLT's figure: the task's accuracy + format", kTemporalRlt},
    {"videor1", "Video-R1: accuracy by problem_type + format + 0.3 temporal + 0.2 length",
     kVideoR1},
    {"timer1", "Time-R1: timestamp-aware overlap + format", kTimeR1},
    {"videochat_gqa", "VideoChat-R1's grounded QA: format + option + overlap", kVideoChatGqa},
    {"museg", "MUSEG's first stage: format + global + local matching", kMuseg},
    {"timelens", "TimeLens: overlap alone", kTimeLens},
};

const RewardPreset* find_preset(const std::string& name) {
  for (const auto& preset : kPresets)
    if (name == preset.name) return &preset;
  return nullptr;
}

void add_term(std::vector<RewardTerm>& terms, const RewardTerm& term) {
  for (auto& known : terms)
    if (known.name == term.name) {
      if (known.options || term.options)
        throw ConfigError(concat("reward ", term.name,
                                 " is listed twice, with options of its own; list it once"));
      known.weight += term.weight;
      return;
    }
  terms.push_back(term);
}

}  // namespace

std::span<const RewardPreset> reward_presets() { return kPresets; }

std::vector<std::string> reward_and_preset_names() {
  auto names = names_of(reward_table());
  for (const auto& preset : names_of(kPresets)) names.push_back(preset);
  return names;
}

std::vector<RewardTerm> expand_presets(const std::vector<RewardTerm>& terms) {
  std::vector<RewardTerm> expanded;
  for (const auto& term : terms) {
    if (const auto* preset = find_preset(term.name))
      for (const auto& part : preset->terms)
        add_term(expanded, {part.name, term.weight * part.weight, term.options});
    else
      add_term(expanded, term);
  }
  return expanded;
}

}  // namespace vrlt::rewards
