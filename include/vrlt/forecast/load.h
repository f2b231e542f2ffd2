#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vrlt/model/lora_config.h"
#include "vrlt/optim/sharding_config.h"
#include "vrlt/processor/prompt_size.h"
#include "vrlt/settings/run_config.h"
#include "vrlt/settings/train_config.h"

namespace vrlt::forecast {

// The settings that memory and work depend on, and no others: a search changes them freely.

/// Ranks of a run; those of a machine are neighbours.
struct Ranks {
  int64_t all = 1, of_machine = 8;
};

/// The numbers of a model, and where they are.
struct NumberType {
  std::string dtype = "float32";
  bool on_cpu = true;

  bool is_wide() const { return dtype == "float32"; }
  double bytes() const { return is_wide() ? 4.0 : 2.0; }
};
NumberType number_type_of(const settings::ModelSection& section);

/// How responses are generated.
struct Generation {
  int64_t group_size = 8, max_new_tokens = 1024;
  int64_t max_rows = 256;        ///< Responses decoded together at most.
  double cache_gigabytes = 0.0;  ///< For keys and values; 0: what the rest leaves.
};

/// What decides how often a step goes through the model.
struct PassSettings {
  bool supervised = false, trains_adapter = false, trains_vision = false;
  bool has_reference = false, has_old_log_probs = false;
  int64_t passes = 1;  ///< Of the update over the responses.
};
PassSettings pass_settings_of(const settings::TrainConfig& config);

struct TrainingLoad {
  NumberType numbers;
  PassSettings passes;
  model::LoraConfig lora;
  optim::ShardingConfig sharding;
  std::string optimizer = "adamw";
  bool checkpoints_blocks = false;
  bool reference_moves = false;
  int64_t prompts_per_step = 16, micro_batch = 4, micro_batch_tokens = 0, updates_per_pass = 1;
  Generation generation;        ///< Of supervised training, one response: the target.
  double clip_cache_bytes = 0;  ///< Clips kept in the memory of the host.

  bool trains_adapter() const { return passes.trains_adapter; }
};
TrainingLoad load_of(const settings::TrainConfig& config);

/// How a pool is asked: by vrlt-select and vrlt-eval.
struct AskingLoad {
  NumberType numbers;
  model::LoraConfig lora;  ///< Of an adapter beside the model.
  Generation generation;
  int64_t prompts = 0;  ///< Of the pool.
  int64_t batch = 1;    ///< Prompts decoded together.
  double clip_cache_bytes = 0;
};

/// @param prompts  of the pool.
AskingLoad load_of(const settings::ModelSection& model, const settings::DataSection& data,
                   const settings::RolloutSection& generation, int64_t batch, int64_t prompts);

using PromptSizes = std::vector<processor::PromptSize>;

/// The mean prompt of a pool, and its longest.
struct PoolSizes {
  processor::PromptSize mean, longest;
};
/// @param sizes  of all samples, or of some that stand for all; at least one.
PoolSizes pool_sizes(const PromptSizes& sizes);

/// Prompts of a step that a rank has, at most.
int64_t prompts_of_rank(const TrainingLoad& load, const Ranks& ranks);

}  // namespace vrlt::forecast
