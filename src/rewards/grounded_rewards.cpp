#include "rewards/grounded_rewards.h"

#include "rewards/prediction.h"

namespace vrlt::rewards {
namespace {

struct Halves {
  reading::Credit option, span;
  std::string read;
};

Halves read_halves(const RewardInput& input, const RewardOptions& options) {
  const auto& sample = input.sample;
  const auto answer = reading::read_grounded(response_of(input, options), sample.options);
  const auto spans = apply_options(answer.spans, sample, options);
  Halves halves{reading::option_credit(answer.option, *sample.answer_option, sample.options),
                reading::span_credit(spans, sample.clip_segments()), ""};
  if (answer.option) halves.read = option_text(*answer.option);
  if (spans) halves.read += (halves.read.empty() ? "" : ", ") + spans_text(*spans);
  return halves;
}

/// @param value   of (c, u).
/// @param reason  of the two halves.
template <typename Value, typename Reason>
RewardOutput score_halves(const RewardInput& input, const RewardOptions& options,
                          const Value& value, const Reason& reason) {
  if (input.sample.task != data::Task::kGroundedQa || !input.sample.answer_option)
    return kNotApplicable;
  auto halves = read_halves(input, options);
  const double c = halves.option.value, u = halves.span.value;
  return {.value = value(c, u),
          .reason = reason(halves),
          .read = std::move(halves.read),
          .extra = {{"option", c}, {"iou", u}}};
}

reading::Reason both_reasons(const Halves& halves) {
  return reading::reason_of_whole(halves.option.reason, halves.span.reason);
}

}  // namespace

RewardOutput grounded_qa_reward(const RewardInput& input, const RewardOptions& options) {
  return score_halves(
      input, options, [](double c, double u) { return 0.5 * c + 0.5 * u; }, both_reasons);
}

RewardOutput grounded_qa_option_reward(const RewardInput& input, const RewardOptions& options) {
  return score_halves(
      input, options, [](double c, double) { return c; },
      [](const Halves& halves) { return halves.option.reason; });
}

RewardOutput grounded_qa_iou_reward(const RewardInput& input, const RewardOptions& options) {
  return score_halves(
      input, options, [](double, double u) { return u; },
      [](const Halves& halves) { return halves.span.reason; });
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
