#include "model/layers/rms_norm.h"

#include <ATen/ops/_fused_rms_norm.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/rsqrt.h>

namespace vrlt::model {

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
  if (!x.is_cpu()) return std::get<0>(at::_fused_rms_norm(x, {x.size(-1)}, weight, eps));
  const auto wide = x.to(x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat);
  const auto scale = (wide * wide).mean(-1, /*keepdim=*/true).add(eps).rsqrt();
  return weight * (wide * scale).to(x.scalar_type());
}

}  // namespace vrlt::model
