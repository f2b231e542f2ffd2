#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "vrlt/data/prompt.h"
#include "vrlt/data/sample.h"
#include "vrlt/rewards/reason.h"

namespace vrlt::rewards {

/// What a reward looks at.
struct RewardInput {
  const data::Sample& sample;
  std::string text;                           ///< The response without special tokens.
  int64_t num_tokens = 0;                     ///< Generated tokens, stop token included.
  bool truncated = false;                     ///< The length limit was hit before a stop token.
  const data::PromptEntry* prompt = nullptr;  ///< What the response answers; null where nobody knows.
};

/// What it says. A failure is value 0 with a reason, never an exception and never NaN.
struct RewardOutput {
  double value = 0.0;
  bool applicable = true;                             ///< false: this reward says nothing about this task, and is left out of the sum.
  Reason reason = {};                                 ///< Machine-readable: ok, or why the value is 0.
  std::string read;                                   ///< What was read from the response, for people: "4 to 8 s", "B"; may be empty.
  std::vector<std::pair<const char*, double>> extra;  ///< Numbers behind the value, such as option and iou; logged as means.
};

/// The responses to one prompt, for a reward that compares them.
struct GroupInput {
  std::span<const RewardInput> responses;      ///< G of them.
  std::span<const double> accuracies;          ///< [G], as ScoredResponse::accuracy.
  std::span<const double> control_accuracies;  ///< Of responses to the same frames in random order; empty: none were sampled.
};

}  // namespace vrlt::rewards
