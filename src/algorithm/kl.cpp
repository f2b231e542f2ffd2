#include "vrlt/algorithm/kl.h"

#include <ATen/ops/clamp.h>

namespace vrlt::algorithm {

at::Tensor k3_divergence(const at::Tensor& log_probs, const at::Tensor& ref_log_probs) {
  const auto x = (ref_log_probs - log_probs).clamp(-20.0, 20.0);
  return x.exp() - x - 1.0;
}

}  // namespace vrlt::algorithm
