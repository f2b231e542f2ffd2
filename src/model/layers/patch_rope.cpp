#include "model/layers/patch_rope.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/outer.h>
#include <ATen/ops/pow.h>

#include "vrlt/model/upload.h"

namespace vrlt::model {

at::Tensor patch_angles(const PatchPlaces& places, int64_t head_dim, at::Device device) {
  constexpr double kTheta = 10000.0;
  const auto options = at::TensorOptions().dtype(at::kFloat).device(device);
  const int64_t half = head_dim / 2;
  const auto frequencies =
      at::pow(kTheta, at::arange(0, half, 2, options) / static_cast<double>(half)).reciprocal();
  const auto by_row = at::outer(upload(places.rows, device).to(at::kFloat), frequencies);
  const auto by_column = at::outer(upload(places.columns, device).to(at::kFloat), frequencies);
  return at::cat({by_row, by_column}, -1);
}

at::Tensor rotate_patches(const at::Tensor& x, const RotaryTable& table) {
  const auto wide = x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  return apply_rope(x.to(wide), table).to(x.scalar_type());
}

}  // namespace vrlt::model
