#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "vrlt/io/json.h"

namespace vrlt::trainer {

/// What a run keeps of its validations from step to step: under "validation" of the trainer's
/// state. The rewards are known on rank 0 alone, which writes it.
struct ValidationState {
  /// One validation, to compare later ones with.
  struct Kept {
    int64_t step = 0;
    std::vector<double> scores;    ///< By sample.
    std::optional<double> reward;  ///< Mean of the training reward before it; none: not known yet.

    double score() const;  ///< The mean.
  };

  std::optional<Kept> best;    ///< The highest score.
  std::optional<Kept> anchor;  ///< The last one that was surely better than the anchor before it.
  int64_t since_anchor = 0;    ///< Validations.
  double reward_sum = 0.0;     ///< Of the steps since the last validation.
  int64_t reward_steps = 0;
  bool pending = false;        ///< A stop cut off the validation of the last step.
  std::set<std::string> told;  ///< Kinds of alarms that were given.
};

io::Json to_json(const ValidationState& state);

/// @param trainer_state  without "validation": nothing was validated yet.
/// @throws DataError naming the field.
ValidationState validation_state(const io::Json& trainer_state);

}  // namespace vrlt::trainer
