#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "vrlt/algorithm/advantage.h"
#include "vrlt/data/sample.h"
#include "vrlt/io/json.h"
#include "vrlt/settings/select_config.h"
#include "vrlt/settings/train_config.h"

namespace vrlt::scoring {

/// All answers of a run to a prompt: of a training those of one step.
struct StoredGroup {
  std::string id;
  int64_t step = 0;  ///< Of a training.
  std::string place;
  /// The lines of the run that hold them: of a selection one for each round.
  std::vector<io::Json> lines;

  std::vector<io::Json*> responses();
};

/// What of a run a backtest needs.
struct StoredRun {
  std::optional<settings::SelectConfig> selection;  ///< Of a selection;
  std::optional<settings::TrainConfig> training;    ///< or of a training.
  std::vector<StoredGroup> groups;                  ///< In the order of the file.

  const settings::DataSection& data() const { return selection ? selection->data : training->data; }
  const std::vector<config::WeightedName>& rewards() const {
    return selection ? selection->rewards : training->rewards;
  }
  const rewards::RewardOptions& reward_options() const {
    return selection ? selection->reward_options : training->reward_options;
  }
  int64_t max_new_tokens() const {
    return selection ? selection->rollout.max_new_tokens : training->rollout.max_new_tokens;
  }
  /// Those of the training; of a selection the defaults.
  algorithm::AdvantageConfig advantage() const {
    return training ? training->algorithm.advantage : algorithm::AdvantageConfig();
  }
};

/// @throws MissingInputError if the folder holds no such run; ConfigError of one that stored no
/// answers to score; DataError with path:line.
StoredRun read_stored_run(const std::filesystem::path& run);

}  // namespace vrlt::scoring
