#include "rewards/accuracy_rewards.h"

#include "vrlt/rewards/answer_parser.h"

namespace vrlt::rewards {
namespace {

const RewardOutput kNotApplicable{.value = 0.0, .applicable = false, .reason = "not_applicable"};

RewardOutput failure(const std::string& reason) { return {.value = 0.0, .reason = reason}; }

}  // namespace

RewardOutput TemporalIouReward::operator()(const RewardInput& input) const {
  const auto task = input.sample.task;
  if (task != data::Task::kTemporalGrounding && task != data::Task::kReasoningLocalization) return kNotApplicable;
  const auto answer = extract_answer(input.text);
  if (!answer) return failure(answer.failure);
  const auto truth = input.sample.clip_segments();
  if (truth.size() > 1) {
    const auto spans = parse_spans(*answer.value);
    return spans ? RewardOutput{.value = temporal_set_iou(*spans.value, truth)} : failure(spans.failure);
  }
  const auto span = parse_single_span(*answer.value);
  if (!span) return failure(span.failure);
  if (span.value->length() <= 0) return failure(span.value->length() < 0 ? "inverted" : "zero_length");
  return {.value = truth.empty() ? 0.0 : temporal_iou(*span.value, truth.front())};
}

RewardOutput ChoiceReward::operator()(const RewardInput& input) const {
  if (input.sample.task != data::Task::kMultipleChoice || !input.sample.answer_option) return kNotApplicable;
  const auto answer = extract_answer(input.text);
  if (!answer) return failure(answer.failure);
  const auto option = parse_choice(*answer.value, input.sample.options);
  if (!option) return failure(option.failure);
  return *option.value == *input.sample.answer_option ? RewardOutput{.value = 1.0} : failure("wrong");
}

RewardOutput GroundedQaReward::operator()(const RewardInput& input) const {
  if (input.sample.task != data::Task::kGroundedQa || !input.sample.answer_option) return kNotApplicable;
  const auto answer = extract_answer(input.text);
  if (!answer) return failure(answer.failure);
  const auto grounded = parse_grounded_answer(*answer.value, input.sample.options);
  const bool right = grounded.option && *grounded.option.value == *input.sample.answer_option;
  const double iou = grounded.span ? temporal_set_iou({*grounded.span.value}, input.sample.clip_segments()) : 0.0;
  RewardOutput output{.value = 0.5 * right + 0.5 * iou};
  if (!grounded.option)
    output.reason = grounded.option.failure;
  else if (!grounded.span)
    output.reason = grounded.span.failure;
  else if (!right)
    output.reason = "wrong";
  return output;
}

}  // namespace vrlt::rewards
