#include "rewards/format_rewards.h"

#include "vrlt/rewards/answer_parser.h"

namespace vrlt::rewards {
namespace {

/// Why the task's parser fails on the answer, or empty.
std::string answer_failure(const data::Sample& sample, const std::string& answer) {
  switch (sample.task) {
    case data::Task::kTemporalGrounding:
    case data::Task::kReasoningLocalization:
      return sample.segments.size() > 1 ? parse_spans(answer).failure : parse_single_span(answer).failure;
    case data::Task::kMultipleChoice:
      return parse_choice(answer, sample.options).failure;
    case data::Task::kGroundedQa: {
      const auto grounded = parse_grounded_answer(answer, sample.options);
      return grounded.option ? grounded.span.failure : grounded.option.failure;
    }
    default:
      return {};
  }
}

RewardOutput strict_format(const RewardInput& input, ThinkPolicy think) {
  if (!has_strict_format(input.text, think)) return {.value = 0.0, .reason = "format"};
  const auto answer = extract_answer(input.text);
  if (!answer) return {.value = 0.0, .reason = answer.failure};
  const auto failure = answer_failure(input.sample, *answer.value);
  if (!failure.empty()) return {.value = 0.0, .reason = failure};
  return {.value = 1.0};
}

}  // namespace

RewardOutput FormatReward::operator()(const RewardInput& input) const { return strict_format(input, ThinkPolicy::kRequired); }
RewardOutput FormatAnswerReward::operator()(const RewardInput& input) const { return strict_format(input, ThinkPolicy::kForbidden); }

RewardOutput FormatSeedTvgReward::operator()(const RewardInput& input) const {
  if (!has_seed_tvg_format(input.text)) return {.value = 0.0, .reason = "format"};
  return {.value = 1.0};
}

}  // namespace vrlt::rewards
