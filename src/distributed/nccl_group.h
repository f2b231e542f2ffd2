#pragma once

#include <memory>

#include "vrlt/distributed/process_group.h"

namespace vrlt::distributed {

/// Makes the GPU `local_rank` the current one. @throws ConfigError if there is none, or this build has no CUDA.
void use_gpu(int local_rank);

/// A group for tensors on the current GPU. @throws as make_process_group.
std::unique_ptr<ProcessGroup> make_nccl_group(const Launch& launch, LossHandler on_loss);

}  // namespace vrlt::distributed
