#include "rewards/label_rewards.h"

#include "rewards/prediction.h"

namespace vrlt::rewards {

RewardOutput yes_no_reward(const RewardInput& input, const RewardOptions& options) {
  if (input.sample.task != data::Task::kYesNo || !input.sample.answer_text) return kNotApplicable;
  const auto truth = reading::yes_no_truth(*input.sample.answer_text);
  if (!truth) return kNotApplicable;
  const auto yes = reading::read_yes_no(response_of(input, options));
  return output_of(reading::yes_no_credit(yes, *truth), !yes ? "" : *yes ? "yes" : "no");
}

RewardOutput caption_match_reward(const RewardInput& input, const RewardOptions& options) {
  const auto& sample = input.sample;
  if (sample.task != data::Task::kCaptionMatch || !sample.answer_option) return kNotApplicable;
  const auto caption =
      reading::read_caption(response_of(input, options), sample.options, data::first_label(sample));
  return output_of(reading::option_credit(caption, *sample.answer_option, sample.options),
                   caption ? data::label_of(sample, *caption) : "");
}

}  // namespace vrlt::rewards
