#include "vrlt/processor/patchify.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <vector>

#include "vrlt/core/error.h"
#include "vrlt/kernels/patch_rows.h"

namespace vrlt::processor {

namespace {

constexpr int64_t kChannels = 3;

}  // namespace

at::Tensor patchify(const at::Tensor& frames, const VisionGeometry& geometry,
                    at::Tensor* grid_thw) {
  VRLT_CHECK(frames.dim() == 4 && frames.size(1) == kChannels && frames.size(0) >= 1 &&
                 frames.scalar_type() == at::kByte,
             "frames ", frames.sizes());
  const int64_t count = frames.size(0), height = frames.size(2), width = frames.size(3),
                unit = geometry.pixel_factor();
  if (height % unit != 0 || width % unit != 0 || height == 0 || width == 0)
    throw DataError(
        concat("frames of ", width, "x", height, ": the sides must be multiples of ", unit));
  const int64_t depth = geometry.temporal_patch, values = geometry.patch_values();
  const auto [T, H, W] = grid_of(geometry, count, height, width);
  *grid_thw = at::tensor({T, H, W}, at::kLong).view({1, 3});
  const auto packed = frames.contiguous();
  const auto* pixels = packed.const_data_ptr<uint8_t>();
  const int64_t frame_values = kChannels * height * width;
  auto rows = at::empty({T * H * W, values}, at::kByte);
  std::vector<const uint8_t*> slice(static_cast<size_t>(depth));
  for (int64_t t = 0; t < T; ++t) {
    for (int64_t i = 0; i < depth; ++i)  // the last frame fills the last slice up
      slice[static_cast<size_t>(i)] = pixels + std::min(t * depth + i, count - 1) * frame_values;
    kernels::write_patch_rows(slice, height, width, {geometry.patch_size, geometry.merge_size},
                              rows.mutable_data_ptr<uint8_t>() + t * H * W * values);
  }
  return rows;
}

}  // namespace vrlt::processor
