#include "rewards/grounded_rewards.h"

#include "rewards/prediction.h"

namespace vrlt::rewards {
namespace {

struct Halves {
  double option = 0.0, iou = 0.0;
  std::string option_reason = "ok", span_reason = "ok", read;
};

Halves read_halves(const RewardInput& input, const std::string& answer, const RewardOptions& options) {
  Halves halves;
  const auto parts = split_grounded_answer(answer);
  if (const auto option = parse_choice(parts.option, input.sample.options)) {
    halves.read = option_text(*option.value);
    halves.option = *option.value == *input.sample.answer_option;
    if (halves.option == 0.0) halves.option_reason = "wrong";
  } else {
    halves.option_reason = option.failure;
  }
  const auto spans = read_spans(parts.span, input.sample, options);
  if (spans) {
    halves.read += (halves.read.empty() ? "" : ", ") + spans_text(*spans.value);
    halves.iou = temporal_set_iou(*spans.value, input.sample.clip_segments());
  } else {
    halves.span_reason = spans.failure;
  }
  return halves;
}

/// @param value   of (c, u).
/// @param reason  of the two halves.
template <typename Value, typename Reason>
RewardOutput score_halves(const RewardInput& input, const RewardOptions& options, const Value& value, const Reason& reason) {
  if (input.sample.task != data::Task::kGroundedQa || !input.sample.answer_option) return kNotApplicable;
  const auto answer = read_answer(input, options);
  if (!answer) return failure(answer.failure);
  auto halves = read_halves(input, *answer.value, options);
  return {.value = value(halves.option, halves.iou),
          .reason = reason(halves),
          .read = std::move(halves.read),
          .extra = {{"option", halves.option}, {"iou", halves.iou}}};
}

/// An option that cannot be read comes first, then a span that cannot, then what is wrong.
std::string both_reasons(const Halves& halves) {
  if (is_parse_failure(halves.option_reason)) return halves.option_reason;
  return is_parse_failure(halves.span_reason) || halves.option_reason == "ok" ? halves.span_reason : halves.option_reason;
}

}  // namespace

RewardOutput grounded_qa_reward(const RewardInput& input, const RewardOptions& options) {
  return score_halves(
      input, options, [](double c, double u) { return 0.5 * c + 0.5 * u; }, both_reasons);
}

RewardOutput grounded_qa_option_reward(const RewardInput& input, const RewardOptions& options) {
  return score_halves(
      input, options, [](double c, double) { return c; }, [](const Halves& halves) { return halves.option_reason; });
}

RewardOutput grounded_qa_iou_reward(const RewardInput& input, const RewardOptions& options) {
  return score_halves(
      input, options, [](double, double u) { return u; }, [](const Halves& halves) { return halves.span_reason; });
}

RewardOutput grounded_qa_gated_reward(const RewardInput& input, const RewardOptions& options) {
  return score_halves(
      input, options, [](double c, double u) { return c * (0.5 + 0.5 * u); }, both_reasons);
}

RewardOutput grounded_qa_product_reward(const RewardInput& input, const RewardOptions& options) {
  return score_halves(
      input, options, [](double c, double u) { return c * u; }, both_reasons);
}

}  // namespace vrlt::rewards
