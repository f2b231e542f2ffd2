#pragma once

#include <memory>

#include "vrlt/distributed/rank_loss.h"

namespace vrlt::distributed {

/// Makes GPU `index` the current one, or the only one if a launcher shows each rank just its own.
/// @throws ConfigError if there is none, or this build has no CUDA.
void use_gpu(int index);

/// A group for tensors on the GPU of this rank, which becomes the current one. @throws as
/// meet_ranks.
std::unique_ptr<ProcessGroup> make_nccl_group(const Launch& launch, const LossAction& on_loss);

}  // namespace vrlt::distributed
