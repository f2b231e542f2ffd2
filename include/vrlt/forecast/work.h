#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vrlt/forecast/load.h"
#include "vrlt/model/model_shape.h"

namespace vrlt::forecast {

// Floating-point operations of one forward pass, an addition or a multiplication each; norms,
// activations and softmax are left out. Counts may be fractions: means of many prompts.

/// @param patches_per_slice  of two frames, or of an image: what a patch attends to where there are
/// no windows.
double vision_flops(const model::ModelShape& shape, double patches, double patches_per_slice);

/// Of the decoder over a prompt, causal; no projection to the vocabulary.
double prompt_flops(const model::ModelShape& shape, double tokens);

/// Of the decoder over one response to such a prompt, and of its projection to the vocabulary.
double response_flops(const model::ModelShape& shape, double tokens, double prompt_tokens);

/// Gradients of inputs and of weights cost a forward pass each; beside an adapter weights get none.
constexpr double kForward = 1.0, kForwardAndBackward = 3.0, kForwardAndInputs = 2.0;

/// How many forward passes a step amounts to; a backward pass counts as two. What is computed again
/// to save memory is not work.
struct Passes {
  double vision = 0.0;   ///< Over the clips, in all of the step.
  double rollout = 0.0;  ///< Over prompts and responses, as are the others.
  double others = 0.0;   ///< Old and reference log-probs.
  double update = 0.0;
};
Passes count_passes(const PassSettings& settings);
/// Of one pass of the update.
double passes_of_update(const PassSettings& settings);

/// What a step of training computes, or asking all samples: the mean prompt of the samples, every
/// response as long as allowed.
struct Work {
  struct Part {
    const char* name;
    double tokens;  ///< Of the whole step; patches for the vision tower.
    double flops;
  };
  const char* what = "a step";  ///< What is counted.
  double prompt_tokens = 0.0, longest_prompt_tokens = 0.0;
  int64_t prompts = 0, responses = 0, response_tokens = 0, ranks = 1;
  std::vector<Part> parts;

  double flops() const;
};

/// @param shape  without an adapter.
Work training_work(const TrainingLoad& load, const model::ModelShape& shape, const PoolSizes& sizes,
                   const Ranks& ranks);

/// Of all samples, each asked once.
Work asking_work(const AskingLoad& load, const model::ModelShape& shape, const PoolSizes& sizes,
                 const Ranks& ranks);

/// How fast the device of one rank is, and how that is known.
struct DeviceSpeed {
  double flops_per_second;
  const char* source;
};

/// A table for people. @param speed  if known: tells the least seconds it can take on all ranks.
std::string to_text(const Work& work, const std::optional<DeviceSpeed>& speed);

}  // namespace vrlt::forecast
