#pragma once

#include <functional>
#include <string>
#include <vector>

#include "vrlt/forecast/cards.h"
#include "vrlt/forecast/memory.h"
#include "vrlt/forecast/step_time.h"
#include "vrlt/settings/train_config.h"

namespace vrlt::forecast {

/// Settings that a training could run with.
struct Candidate {
  /// What it changes of the config, as "key=value" of the command line.
  std::vector<std::string> overrides;
  bool adapter_instead = false;  ///< An adapter trains where the config trains weights.
  int64_t frame_divisor = 1;     ///< The config's frames and pixels of a clip over those left.
  TrainingLoad load;
  Memory memory;
  double seconds = 0.0;  ///< Of a step: step_seconds().

  /// How far what is trained is from what the config says: 1 for each halving of the frames, 1.5
  /// for an adapter. Memory and time are no part of it.
  double distance() const;
};

/// Every combination of micro-batch, activation checkpointing, sharding, an adapter and frames.
/// Those that fit come first, the nearest to the config before others and of these the fastest
/// first; then those that do not, by how much is missing.
struct Fit {
  Cards cards;
  processor::PromptSize prompt;  ///< The longest that the config allows.
  std::vector<Candidate> candidates;
  size_t num_fitting = 0;
};

/// The longest prompt that a config allows.
using PromptOf = std::function<processor::PromptSize(const settings::TrainConfig& config)>;

/// A rank is a card. No file is opened.
Fit search_fit(const settings::TrainConfig& config, const model::ModelShape& shape,
               const Cards& cards, const PromptOf& prompt_of);

/// The fastest that fits, and of every way of training the best, with what it lacks.
std::string to_text(const Fit& fit);

}  // namespace vrlt::forecast
