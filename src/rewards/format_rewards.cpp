#include "rewards/format_rewards.h"

#include "rewards/peer_formats.h"
#include "rewards/prediction.h"
#include "rewards/unicode_scan.h"

namespace vrlt::rewards {
namespace {

std::string span_failure(std::string_view answer, const data::Sample& sample) {
  return sample.segments.size() > 1 ? parse_spans(answer).failure : parse_single_span(answer).failure;
}

/// Why the task's parser fails on the answer, or empty.
std::string answer_failure(const data::Sample& sample, const std::string& answer) {
  switch (sample.task) {
    case data::Task::kTemporalGrounding:
    case data::Task::kReasoningLocalization:
      return span_failure(answer, sample);
    case data::Task::kMultipleChoice:
      return parse_choice(answer, sample.options).failure;
    case data::Task::kGroundedQa: {
      const auto parts = split_grounded_answer(answer);
      const auto option = parse_choice(parts.option, sample.options);
      return option ? span_failure(parts.span, sample) : option.failure;
    }
    default:
      return {};
  }
}

RewardOutput well_formed(bool holds) { return holds ? RewardOutput{.value = 1.0} : failure("format"); }

RewardOutput strict_format(const RewardInput& input, ThinkPolicy think) {
  if (!has_strict_format(input.text, think)) return failure("format");
  const auto answer = extract_answer(input.text);
  if (!answer) return failure(answer.failure);
  const auto unreadable = answer_failure(input.sample, *answer.value);
  return unreadable.empty() ? RewardOutput{.value = 1.0} : failure(unreadable);
}

RewardOutput museg_format(const RewardInput& input, bool timestamps_in_thinking) {
  const double tier = museg_format_tier(input.text, timestamps_in_thinking);
  return {.value = tier, .reason = tier == 1.0 ? "ok" : "format"};
}

}  // namespace

RewardOutput format_reward(const RewardInput& input, const RewardOptions&) { return strict_format(input, ThinkPolicy::kRequired); }
RewardOutput format_answer_reward(const RewardInput& input, const RewardOptions&) { return strict_format(input, ThinkPolicy::kForbidden); }
RewardOutput format_tags_reward(const RewardInput& input, const RewardOptions&) {
  return well_formed(has_strict_format(input.text, ThinkPolicy::kRequired));
}
RewardOutput format_seed_tvg_reward(const RewardInput& input, const RewardOptions&) { return well_formed(has_seed_tvg_format(input.text)); }
RewardOutput format_generic_reward(const RewardInput& input, const RewardOptions&) { return well_formed(has_generic_format(input.text)); }
RewardOutput format_generic_trimmed_reward(const RewardInput& input, const RewardOptions&) {
  return well_formed(has_generic_format(unicode_trim(input.text)));
}
RewardOutput format_glue_reward(const RewardInput& input, const RewardOptions&) { return well_formed(has_glue_format(input.text)); }
RewardOutput format_museg_reward(const RewardInput& input, const RewardOptions&) { return museg_format(input, /*timestamps_in_thinking=*/true); }
RewardOutput format_museg_stage2_reward(const RewardInput& input, const RewardOptions&) { return museg_format(input, false); }
RewardOutput format_think_reward(const RewardInput& input, const RewardOptions&) { return well_formed(has_think_format(input.text)); }
RewardOutput format_boxed_reward(const RewardInput& input, const RewardOptions&) { return well_formed(has_boxed_format(input.text)); }

}  // namespace vrlt::rewards
