#pragma once

#include "vrlt/core/choice.h"

// The terms of the objective by name, without their functions: what a config is checked against before LibTorch is loaded. Each table
// of functions is made of these rows, and does not compile if one is missing on either side.

namespace vrlt::algorithm {

/// What a policy loss reads, and what it is defined for.
struct LossTraits : Choice {
  bool clips;               ///< Reads clip_ratio_low and clip_ratio_high.
  const char* ratio;        ///< The only ratio it is defined for; null: any.
  const char* aggregation;  ///< The only aggregation it is defined for; null: any.
};

inline constexpr LossTraits kLossTraits[] = {
    {{"ppo_clip", "clipped surrogate"}, true, nullptr, nullptr},
    {{"ppo_two_sided", "ppo_clip with the ratio at most ratio_max where it is not clipped"}, true, nullptr, nullptr},
    {{"ppo_dual_clip", "ppo_clip with the loss of bad responses at most dual_clip times -A"}, true, nullptr, nullptr},
    {{"cispo", "log-probability weighted by the ratio, at most cispo_cap"}, false, nullptr, nullptr},
    {{"cispo_clip", "log-probability weighted by the clipped ratio"}, true, nullptr, nullptr},
    {{"sapo", "sigmoid of the ratio in place of a clip"}, false, nullptr, nullptr},
    {{"gmpo", "geometric mean of the clipped ratios of a response"}, true, "token", "seq_mean_token_mean"},
    {{"luspo", "ppo_clip of the sequence ratio times the length of the response"}, true, "sequence", "seq_mean_token_mean"},
    {{"vespo", "log-probability weighted by a smooth bump around the ratio 1 of the whole response"}, false, "token", nullptr},
    {{"reinforce", "advantage times log-probability, without a ratio"}, false, "token", nullptr},
    {{"gpg", "reinforce under the name it has together with the advantage gpg"}, false, "token", nullptr},
};

inline constexpr Choice kRatioChoices[] = {
    {"token", "each token's own ratio"},
    {"sequence", "one ratio per response: the geometric mean of its tokens' (GSPO)"},
    {"gspo_token", "the value of sequence with the gradient of token"},
};

inline constexpr Choice kKlChoices[] = {
    {"k1", "-x, x the reference's log-prob minus the policy's: unbiased, useless as a loss"},
    {"abs", "|x|"},
    {"k2", "x^2 / 2"},
    {"k3", "e^x - x - 1: unbiased and never negative"},
    {"k1+", "the value of k1, the gradient of k2"},
    {"k3+", "the value of k3, the gradient of k2"},
};

inline constexpr Choice kCorrectionChoices[] = {
    {"none", "no correction"},
    {"token_truncate", "each token's weight, at most is_weight_max (TIS)"},
    {"token_mask", "each token's weight, 0 outside the bounds (MIS)"},
    {"sequence_truncate", "the product over the response, at most is_weight_max"},
    {"sequence_mask", "the product over the response, 0 outside the bounds"},
};

}  // namespace vrlt::algorithm
