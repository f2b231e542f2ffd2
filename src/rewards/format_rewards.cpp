#include "rewards/format_rewards.h"

#include "rewards/format_reading.h"
#include "rewards/prediction.h"
#include "vrlt/reading/peers/formats.h"
#include "vrlt/reading/peers/unicode_scan.h"
#include "vrlt/rewards/answer_layout.h"

namespace vrlt::rewards {

using namespace reading::peers;

namespace {

RewardOutput well_formed(bool holds) {
  return holds ? RewardOutput{.value = 1.0} : failure(wrong_layout());
}

RewardOutput laid_out_and_readable(const RewardInput& input, bool laid_out) {
  if (!laid_out) return failure(wrong_layout());
  const auto reason = reading_of(input);
  return reading::is_parse_failure(reason) ? failure(reason) : RewardOutput{.value = 1.0};
}

RewardOutput strict_format(const RewardInput& input, bool think) {
  return laid_out_and_readable(input, has_layout(input.text, think, data::AnswerTags::kAnswer));
}

RewardOutput museg_format(const RewardInput& input, bool timestamps_in_thinking) {
  const double tier = museg_format_tier(input.text, timestamps_in_thinking);
  return {.value = tier, .reason = tier == 1.0 ? Reason() : wrong_layout()};
}

}  // namespace

RewardOutput format_reward(const RewardInput& input, const RewardOptions&) {
  return strict_format(input, /*think=*/true);
}
RewardOutput format_answer_reward(const RewardInput& input, const RewardOptions&) {
  return strict_format(input, /*think=*/false);
}
RewardOutput format_tags_reward(const RewardInput& input, const RewardOptions&) {
  return well_formed(has_layout(input.text, /*think=*/true, data::AnswerTags::kAnswer));
}
RewardOutput format_asked_reward(const RewardInput& input, const RewardOptions&) {
  return input.prompt == nullptr
             ? kNotApplicable
             : laid_out_and_readable(input, has_asked_layout(input.text, *input.prompt));
}
RewardOutput format_seed_tvg_reward(const RewardInput& input, const RewardOptions&) {
  return well_formed(has_seed_tvg_format(input.text));
}
RewardOutput format_generic_reward(const RewardInput& input, const RewardOptions&) {
  return well_formed(has_generic_format(input.text));
}
RewardOutput format_generic_trimmed_reward(const RewardInput& input, const RewardOptions&) {
  return well_formed(has_generic_format(unicode_trim(input.text)));
}
RewardOutput format_glue_reward(const RewardInput& input, const RewardOptions&) {
  return well_formed(has_glue_format(input.text));
}
RewardOutput format_museg_reward(const RewardInput& input, const RewardOptions&) {
  return museg_format(input, /*timestamps_in_thinking=*/true);
}
RewardOutput format_museg_stage2_reward(const RewardInput& input, const RewardOptions&) {
  return museg_format(input, false);
}
RewardOutput format_think_reward(const RewardInput& input, const RewardOptions&) {
  return well_formed(has_think_format(input.text));
}
RewardOutput format_boxed_reward(const RewardInput& input, const RewardOptions&) {
  return well_formed(has_boxed_format(input.text));
}

}  // namespace vrlt::rewards
