#pragma once

#include <memory>
#include <string>

#include "vrlt/data/sample.h"

namespace vrlt::rewards {

/// What a reward looks at.
struct RewardInput {
  const data::Sample& sample;
  std::string text;        ///< The response without special tokens.
  int64_t num_tokens = 0;  ///< Generated tokens, stop token included.
  bool truncated = false;  ///< The length limit was hit before a stop token.
};

/// What it says. A failure is value 0 with a reason, never an exception and never NaN.
struct RewardOutput {
  double value = 0.0;
  bool applicable = true;     ///< false: this reward says nothing about this task, and is left out of the sum.
  std::string reason = "ok";  ///< Machine-readable: ok, or why the value is 0.
};

/// A pure function of its input: deterministic, never throws on any text, in [0, 1].
class Reward {
 public:
  virtual ~Reward() = default;
  virtual RewardOutput operator()(const RewardInput& input) const = 0;
};

}  // namespace vrlt::rewards
