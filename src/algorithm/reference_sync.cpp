#include "vrlt/algorithm/reference_sync.h"

#include <ATen/core/grad_mode.h>

namespace vrlt::algorithm {

void blend_(at::Tensor& reference, const at::Tensor& policy, double alpha) {
  const at::NoGradGuard no_grad;
  if (alpha == 1.0)
    reference.copy_(policy);
  else
    reference.mul_(1.0 - alpha).add_(policy.detach(), alpha);
}

}  // namespace vrlt::algorithm
