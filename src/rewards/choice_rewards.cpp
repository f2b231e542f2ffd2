#include "rewards/choice_rewards.h"

#include "rewards/prediction.h"
#include "vrlt/reading/peers/choices.h"
#include "vrlt/reading/peers/tag_scan.h"
#include "vrlt/reading/peers/unicode_scan.h"

namespace vrlt::rewards {

using namespace reading::peers;

namespace {

bool has_right_option(const data::Sample& sample) {
  return sample.answer_option &&
         (sample.task == data::Task::kMultipleChoice || sample.task == data::Task::kGroundedQa);
}

template <typename Read>
RewardOutput score_peer_letter(const RewardInput& input, const Read& read) {
  if (!has_right_option(input.sample)) return kNotApplicable;
  const std::optional<char> letter = read(std::string_view(input.text));
  if (!letter) return failure(no_peer_letter());
  return right_or_wrong(*letter - 'A' == *input.sample.answer_option, std::string(1, *letter));
}

}  // namespace

RewardOutput choice_reward(const RewardInput& input, const RewardOptions& options) {
  if (input.sample.task != data::Task::kMultipleChoice || !input.sample.answer_option)
    return kNotApplicable;
  const auto option = reading::read_choice(response_of(input, options), input.sample.options);
  return output_of(
      reading::option_credit(option, *input.sample.answer_option, input.sample.options),
      option ? option_text(*option) : "");
}

RewardOutput choice_videor1_reward(const RewardInput& input, const RewardOptions&) {
  return score_peer_letter(input, [](std::string_view text) {
    const auto block = first_block(text, kAnswer, kAnswerEnd);
    const auto answer = block ? unicode_trim(*block) : std::string_view();
    return answer.size() == 1 ? std::optional(answer.front()) : std::nullopt;
  });
}

RewardOutput choice_videochat_reward(const RewardInput& input, const RewardOptions&) {
  return score_peer_letter(input, [](std::string_view text) {
    const auto block = first_block(text, kAnswer, kAnswerEnd);
    return block ? first_capital_a_to_g(*block) : std::nullopt;
  });
}

RewardOutput choice_seed_eval_reward(const RewardInput& input, const RewardOptions&) {
  return score_peer_letter(input, read_seed_eval_choice);
}

}  // namespace vrlt::rewards
