#include "distributed/nccl_group.h"
#include "vrlt/core/error.h"

namespace vrlt::distributed {

namespace {

[[noreturn]] void refuse() {
  throw ConfigError(
      "model.device is cuda, but this build has no CUDA: build the cuda preset, or set "
      "model.device to cpu");
}

}  // namespace

void use_gpu(int) { refuse(); }

std::unique_ptr<ProcessGroup> make_nccl_group(const Launch&, const LossAction&) { refuse(); }

}  // namespace vrlt::distributed
