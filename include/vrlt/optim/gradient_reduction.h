#pragma once

#include "vrlt/distributed/process_group.h"
#include "vrlt/optim/adamw.h"

namespace vrlt::optim {

/// Adds up the gradients over the ranks, in float32 (float64 for float64 parameters), so that every rank has the gradient of the whole step. A
/// parameter that has a gradient on some ranks counts as zero on the others; without one anywhere it stays without.
/// @param parameters  the same ones in the same order on every rank.
void all_reduce_gradients(const NamedTensors& parameters, distributed::ProcessGroup& group);

}  // namespace vrlt::optim
