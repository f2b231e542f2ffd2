#pragma once

#include "vrlt/forecast/load.h"
#include "vrlt/model/model_shape.h"

namespace vrlt::forecast {

/// What a step is timed by: round numbers of a card with 80 GB in a machine of eight. They serve to
/// put settings in an order, not to tell how long a step takes.
struct Machine {
  double flops = 4e14;     ///< Per second, in the matrix products of a pass.
  double memory = 2.5e12;  ///< Bytes per second, which decoding reads weights with.
  double link = 3e11;      ///< Bytes per second and card, within a machine.
  double network = 4e10;   ///< The same between machines.
  double kernel_seconds = 4e-6;
  double kernels_of_layer = 60;  ///< Of one layer, forward.
};

/// About how many seconds a step of training takes (docs/memory.md): arithmetic, with what is
/// computed again; launches of kernels, which are more the smaller passes are; decoding, which
/// reads all weights for every token; and transfers as far as no backward pass hides them.
/// @param shape  without an adapter.
double step_seconds(const TrainingLoad& load, const model::ModelShape& shape,
                    const processor::PromptSize& prompt, const Ranks& ranks,
                    const Machine& machine = {});

}  // namespace vrlt::forecast
