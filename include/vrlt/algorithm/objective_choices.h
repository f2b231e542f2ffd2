#pragma once

#include "vrlt/algorithm/policy_loss.h"
#include "vrlt/core/choice.h"

// The terms of the objective by name, without their functions: what a config is checked against
// before LibTorch is loaded. Each table of functions is made of these rows, and does not compile if
// one is missing on either side.

namespace vrlt::algorithm {

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
