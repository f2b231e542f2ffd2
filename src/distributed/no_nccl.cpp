#include "distributed/nccl_group.h"
#include "vrlt/core/error.h"

namespace vrlt::distributed {

void use_gpu(int) { throw ConfigError("model.device is cuda, but this build has no CUDA: build the cuda preset, or set model.device to cpu"); }

std::unique_ptr<ProcessGroup> make_nccl_group(const Launch&, LossHandler) { throw ContractError("a build without CUDA has no NCCL"); }

}  // namespace vrlt::distributed
