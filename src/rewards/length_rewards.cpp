#include "rewards/length_rewards.h"

#include <algorithm>
#include <numeric>

#include "rewards/prediction.h"
#include "rewards/require_option.h"
#include "vrlt/config/fields.h"

namespace vrlt::rewards {
namespace {

constexpr double kRight = 0.1;

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// 1 for every response for which `earned(index)` holds.
template <typename Earned>
std::vector<RewardOutput> bonuses(size_t size, const Earned& earned) {
  std::vector<RewardOutput> outputs(size);
  for (size_t i = 0; i < size; ++i) outputs[i].value = earned(i) ? 1.0 : 0.0;
  return outputs;
}

}  // namespace

void visit_fields(config::FieldVisitor& v, OverlongParameters& c) {
  v.field({.name = "overlong_buffer",
           .help = "overlong: tokens before max_new_tokens over which it falls; 0: a fifth of them",
           .min = 0},
          c.buffer);
}

void check(const OverlongParameters& parameters, const RewardOptions& options) {
  require_option("overlong_buffer",
                 parameters.buffer >= 0 &&
                     (options.max_tokens == 0 || parameters.buffer <= options.max_tokens),
                 "0 to max_tokens");
}

RewardOutput overlong_reward(const RewardInput& input, const RewardOptions& options,
                             const OverlongParameters& parameters) {
  if (options.max_tokens <= 0) return kNotApplicable;
  const double buffer = parameters.buffer > 0 ? static_cast<double>(parameters.buffer)
                                              : static_cast<double>(options.max_tokens) / 5.0;
  const double beyond =
      static_cast<double>(input.num_tokens) - (static_cast<double>(options.max_tokens) - buffer);
  return {.value = std::clamp(-beyond / buffer, -1.0, 0.0),
          .reason = beyond > 0 ? overlong() : Reason()};
}

void visit_fields(config::FieldVisitor& v, LengthBonusParameters& c) {
  v.field({.name = "min_bonus_tokens", .help = "length_bonus: shortest response", .min = 0},
          c.min_tokens);
  v.field({.name = "max_bonus_tokens", .help = "length_bonus: longest response", .min = 0},
          c.max_tokens);
}

void check(const LengthBonusParameters& parameters, const RewardOptions&) {
  require_option("max_bonus_tokens", parameters.max_tokens >= parameters.min_tokens,
                 "at least min_bonus_tokens");
}

std::vector<RewardOutput> length_bonus_reward(const GroupInput& group, const RewardOptions&,
                                              const LengthBonusParameters& parameters) {
  const auto right = std::count_if(group.accuracies.begin(), group.accuracies.end(),
                                   [](double accuracy) { return accuracy > kRight; });
  return bonuses(group.responses.size(), [&](size_t i) {
    const auto tokens = group.responses[i].num_tokens;
    return right >= 2 && group.accuracies[i] > kRight && tokens >= parameters.min_tokens &&
           tokens <= parameters.max_tokens;
  });
}

std::vector<RewardOutput> temporal_bonus_reward(const GroupInput& group, const RewardOptions&) {
  // a tie is a tie, whatever binary makes of the two means
  constexpr double kShare = 0.8, kSlack = 1e-9;
  if (group.control_accuracies.empty())
    return std::vector<RewardOutput>(group.responses.size(), kNotApplicable);
  const bool order_helps =
      mean(group.accuracies) + kSlack >= kShare * mean(group.control_accuracies);
  return bonuses(group.responses.size(),
                 [&](size_t i) { return order_helps && group.accuracies[i] > kRight; });
}

}  // namespace vrlt::rewards
