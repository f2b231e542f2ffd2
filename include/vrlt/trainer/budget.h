#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vrlt/model/model_shape.h"
#include "vrlt/processor/prompt_cost.h"
#include "vrlt/settings/train_config.h"

namespace vrlt::trainer {

/// What a step of training costs, or asking all samples, before any weight is opened: the mean
/// prompt of the samples, every response as long as allowed. A floating-point operation is an
/// addition or a multiplication; norms, activations and softmax are left out.
struct Budget {
  struct Work {
    const char* part;
    double tokens;  ///< Tokens of the whole step; patches for the vision tower.
    double flops;
  };
  struct Memory {
    const char* part;
    double bytes;  ///< On each rank.
  };
  const char* what = "a step";  ///< What is counted.
  double prompt_tokens = 0.0, longest_prompt_tokens = 0.0;
  int64_t prompts = 0, responses = 0, response_tokens = 0, ranks = 1;
  std::vector<Work> work;
  std::vector<Memory> memory;

  double total_flops() const;
  double total_bytes() const;
};

using PromptSizes = std::vector<processor::PromptSize>;

/// @param shape  without an adapter; @param sizes  of the prompts of all samples, or of some that
/// stand for all; at least one.
Budget estimate_budget(const settings::TrainConfig& config, const model::ModelShape& shape,
                       const PromptSizes& sizes, int64_t world_size = 1);

/// How a pool is asked: by vrlt-select and vrlt-eval.
struct AskingPlan {
  int64_t prompts = 0, responses_each = 1, max_new_tokens = 1024;
  int64_t batch = 1;  ///< Prompts decoded together.
  std::string dtype = "float32";
};

/// Of all samples, each asked once. @param sizes  as above.
Budget estimate_asking(const AskingPlan& plan, const model::ModelShape& shape,
                       const PromptSizes& sizes, int64_t world_size = 1);

/// Floating-point operations per second of a large matrix product on the device, the best of a few;
/// none if there is no such device.
std::optional<double> measured_flops(const std::string& device, const std::string& dtype);

/// How fast the device of one rank is, and how that is known.
struct DeviceSpeed {
  double flops_per_second;
  const char* source;
};

/// What the config declares, otherwise measured; none if neither.
std::optional<DeviceSpeed> device_speed(const settings::TrainConfig& config);
/// Measured; none if there is no such device.
std::optional<DeviceSpeed> device_speed(const std::string& device, const std::string& dtype);

/// A table for people. @param speed  if known: tells the least seconds a step can take on all
/// ranks.
std::string to_text(const Budget& budget, const std::optional<DeviceSpeed>& speed);

}  // namespace vrlt::trainer
