#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vrlt/config/load.h"

namespace vrlt::settings {

struct EvalConfig;
struct TrainConfig;

/// Validation inside a training run: held-out records asked and scored as vrlt-eval would.
struct ValidationSection {
  std::vector<std::string> records;  ///< JSON Lines files below data.root; empty: no validation.
  int64_t every = 50;                ///< Steps between validations; the last step always has one.
  bool before = true;                ///< Also before the first step.
  int64_t max_samples = 0;           ///< Use only so many of the records; 0: all.
  int64_t samples = 4;               ///< Answers of each validation that go to validations.jsonl.
  bool keep_best = true;             ///< The checkpoint of the best validation is kept.
  /// Validations in a row without an improvement that is sure, after which the run ends; 0: never.
  int64_t stop_after = 0;
  bool blind = false;     ///< Also without images and video.
  bool shuffled = false;  ///< Also with the frames in random order.
  int64_t batch = 16;     ///< Prompts decoded together.
  /// Longest answer; not set: that of rollout.
  std::optional<int64_t> max_new_tokens;

  bool is_on() const { return !records.empty(); }
};

void visit_fields(config::FieldVisitor& visitor, ValidationSection& section);

/// Keys of the section that say something while no records are named.
std::vector<std::string> check(const ValidationSection& section,
                               const config::KeyLocations& locations);

/// The evaluation that a validation of this run is: greedy, by the run's prompt, frames and seed.
/// vrlt-eval of a checkpoint with these settings gives the same scores.
EvalConfig evaluation_of(const TrainConfig& config);

}  // namespace vrlt::settings
