#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vrlt/check/dry_run.h"
#include "vrlt/data/prompt.h"
#include "vrlt/data/sample.h"
#include "vrlt/rewards/reward_function.h"
#include "vrlt/video/clip.h"

namespace vrlt::showing {

/// A token of the vocabulary, so many times in a row.
struct TokenRun {
  int64_t id = 0;
  int64_t count = 1;
  std::string text;  ///< Of one; malformed UTF-8 where a character has several tokens.
};

/// A reward of the run, and what it says of the ideal answer.
struct ShownReward {
  std::string name, help;
  double weight = 1.0, minimum = 0.0, maximum = 1.0;
  bool reads = false;  ///< Whether it says something about the sample.
  /// It compares the responses of a group: of a lone answer it says nothing.
  bool compares = false;
  std::string wants, refuses;  ///< Pieces of layout, a blank between two.
  rewards::RewardOutput output;
};

/// One sample, as a run puts it to the model.
struct ShownSample {
  data::Sample sample;
  const data::PromptEntry* prompt = nullptr;

  std::vector<TokenRun> tokens;  ///< Of the whole conversation.
  int64_t num_tokens = 0, num_vision_tokens = 0;
  int64_t max_positions = 0;  ///< That the model has; 0: not known.

  std::optional<video::Clip> clip;
  std::vector<at::Tensor> images;  ///< Each [3, H, W] uint8, as the model sees it.
  std::vector<std::string> warnings;

  std::string target_name;           ///< Of sft.target.
  std::vector<TokenRun> target;      ///< With the end of the turn; empty: nothing can be learnt.
  std::string target_problem;        ///< Why.
  std::string ideal;                 ///< An answer in the layout that the prompt asks for.
  std::vector<ShownReward> rewards;  ///< Empty: the run has none.
  double total = 0.0;                ///< Of the ideal answer.
  std::vector<std::pair<std::string, double>> strict;  ///< What evaluation says of it.

  /// Whether a time of the clip is in one of the true spans.
  bool in_truth(double seconds) const;
};

/// @param plan  of the run. @throws DataError, MissingInputError; ConfigError of a reward.
ShownSample show_sample(data::Sample sample, check::RunPlan plan);

}  // namespace vrlt::showing
