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
  std::string text;        ///< The response without special tokens.
  int64_t num_tokens = 0;  ///< Generated tokens, stop token included.
  bool truncated = false;  ///< The length limit was hit before a stop token.
  /// What the response answers; null where nobody knows.
  const data::PromptEntry* prompt = nullptr;
};

/// What it says. A failure is value 0 with a reason, never an exception and never NaN.
struct RewardOutput {
  double value = 0.0;
  /// false: this reward says nothing about this task, and is left out of the sum.
  bool applicable = true;
  /// Machine-readable: ok, or why the value is 0.
  Reason reason = {};
  /// What was read from the response, for people: "4 to 8 s", "B"; may be empty.
  std::string read;
  /// Numbers behind the value, such as option and iou; logged as means.
  std::vector<std::pair<const char*, double>> extra;
};

/// The responses to one prompt, for a reward that compares them.
struct GroupInput {
  std::span<const RewardInput> responses;  ///< G of them.
  std::span<const double> accuracies;      ///< [G], as ScoredResponse::accuracy.
  /// Of responses to the same frames in random order; empty: none were sampled.
  std::span<const double> control_accuracies;
};

}  // namespace vrlt::rewards
