#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vrlt::rewards {

/// How answers are read and what the parameters of the rewards are. The rewards that follow a peer ignore the first four, whose defaults
/// are the strict score of evaluation. Source of the defaults: spec grpo.md 1.12, 3.3, 3.7, 3.8.
struct RewardOptions {
  std::string answer_block = "last";  ///< Which answer block counts: last (or short free text), single (any other number is a failure), first.
  std::string span = "one";           ///< Which span of an answer counts where one is asked for: one, first, last.
  std::string inverted = "zero";      ///< A span that ends before it starts: zero, swap.
  std::string out_of_range = "keep";  ///< A span beyond the end of the clip: keep, clamp, zero.
  double wasserstein_beta = 1.0;      ///< Of temporal_wasserstein.
  bool rouge_stemmer = false;         ///< Porter stems of words of more than 3 letters.
  int64_t min_bonus_tokens = 320;     ///< length_bonus: shortest response, inclusive.
  int64_t max_bonus_tokens = 512;     ///< length_bonus: longest response, inclusive.
  int64_t max_tokens = 0;             ///< overlong: longest allowed response; 0: overlong does not apply.
  int64_t overlong_buffer = 0;        ///< overlong: the penalty grows over the last so many tokens; 0: a fifth of max_tokens, as DAPO.
};

/// What each of the first four says that is wider than the strict score: it pays for answers that evaluation refuses. Nothing by default.
std::vector<std::string> wider_than_strict(const RewardOptions& options);

/// @throws ConfigError naming the option, its value and the known ones.
void check(const RewardOptions& options);

}  // namespace vrlt::rewards
