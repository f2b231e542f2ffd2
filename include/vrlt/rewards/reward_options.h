#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vrlt/rewards/reward_parameters.h"

namespace vrlt::rewards {

/// How answers are read, and the parameters of the rewards. The rewards that follow a peer ignore
/// the first four, whose defaults are the strict score of evaluation. Source of the defaults:
/// docs/spec/rewards.md#temporal-overlap and #length-and-order-of-frames.
struct RewardOptions {
  /// Which answer block counts: last (or short free text), single (any other number is a failure),
  /// first.
  std::string answer_block = "last";
  /// Which span of an answer counts where one is asked for: one, first, last.
  std::string span = "one";
  std::string inverted = "zero";      ///< A span that ends before it starts: zero, swap.
  std::string out_of_range = "keep";  ///< A span beyond the end of the clip: keep, clamp, zero.
  /// The longest response that the run allows, which is no key of this section; 0: nobody knows.
  int64_t max_tokens = 0;
  RewardParameters parameters;
};

/// The keys of section reward_options: how answers are read, then the parameters of the rewards in
/// the order of their table.
void visit_fields(config::FieldVisitor& visitor, RewardOptions& options);

/// What each of the first four says that is wider than the strict score: it pays for answers that
/// evaluation refuses. Nothing by default.
std::vector<std::string> wider_than_strict(const RewardOptions& options);

/// @throws ConfigError naming the option, its value and the known ones.
void check(const RewardOptions& options);

}  // namespace vrlt::rewards
