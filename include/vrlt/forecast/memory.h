#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vrlt/forecast/load.h"
#include "vrlt/model/model_shape.h"

namespace vrlt::forecast {

/// What a rank holds on its device at most, by part, before any weight is opened
/// (docs/memory.md): every prompt as long as the longest, every response as long as allowed.
struct Memory {
  struct Part {
    const char* name;
    double rollout = 0.0, update = 0.0;  ///< Bytes.
  };
  std::vector<Part> parts;
  /// When in an update it is most; null: nothing is trained.
  const char* moment = nullptr;
  bool has_rollout = true;

  double rollout() const;
  double update() const;
  double peak() const;
  /// Of a part in the phase that needs more of it; 0 for one that is not there.
  double of(const std::string& part) const;
};

/// @param shape  without an adapter. @param device_bytes  that a rank has: where the rollout would
/// need more, it keeps fewer prompts in its cache at a time (GrowingResponses); none: any number.
Memory training_memory(const TrainingLoad& load, const model::ModelShape& shape,
                       const processor::PromptSize& longest, const Ranks& ranks,
                       std::optional<double> device_bytes = {});

/// Of one rank of any number.
Memory asking_memory(const AskingLoad& load, const model::ModelShape& shape,
                     const processor::PromptSize& longest, const Ranks& ranks,
                     std::optional<double> device_bytes = {});

/// Whether a backward pass should compute blocks again: the device would not hold the run
/// otherwise.
bool needs_checkpoints(TrainingLoad load, const model::ModelShape& shape,
                       const processor::PromptSize& longest, const Ranks& ranks,
                       std::optional<double> device_bytes);

/// How many tokens of prompts and responses a rollout may keep keys and values of, beside what else
/// a rank has: of cache_gigabytes where that is set, else of what the device leaves. 0: any number.
int64_t cache_tokens(const TrainingLoad& load, const model::ModelShape& shape,
                     const processor::PromptSize& longest, const Ranks& ranks,
                     std::optional<double> device_bytes);
int64_t cache_tokens(const AskingLoad& load, const model::ModelShape& shape,
                     const processor::PromptSize& longest, const Ranks& ranks,
                     std::optional<double> device_bytes);

/// Whether it fits, and what is left or missing, in words.
std::string verdict(const Memory& memory, double device_bytes);

/// A table for people, in GB of 10^9 bytes, and whether it fits.
std::string to_text(const Memory& memory, std::optional<double> device_bytes);

/// Numbers that train. @param shape  without an adapter.
int64_t trained_parameters(const TrainingLoad& load, const model::ModelShape& shape);

}  // namespace vrlt::forecast
