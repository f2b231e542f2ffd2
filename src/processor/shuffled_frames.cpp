#include "vrlt/processor/shuffled_frames.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>

#include "vrlt/core/error.h"
#include "vrlt/core/random.h"

namespace vrlt::processor {

ModelInputs with_shuffled_frames(const ModelInputs& inputs, const VisionGeometry& geometry,
                                 uint64_t seed, uint64_t key) {
  VRLT_CHECK(inputs.pixel_values_videos.defined() && inputs.video_grid_thw.size(0) == 1,
             "expected one video");
  constexpr int64_t kChannels = 3;
  const int64_t depth = geometry.temporal_patch;
  auto order = random_permutation(inputs.num_frames, seed, key);
  // The last slice was filled up with the last frame; that of the shuffled ones is with theirs.
  while (std::ssize(order) % depth != 0) order.push_back(order.back());
  const auto rows = inputs.pixel_values_videos;  // [T * H*W, 3 * depth * patch_size^2]
  const int64_t steps = std::ssize(order) / depth;
  const auto frames = rows.view({steps, -1, kChannels, depth, rows.size(1) / (kChannels * depth)})
                          .permute({0, 3, 1, 2, 4})  // [T, depth, H*W, 3, patch_size^2]
                          .flatten(0, 1);
  const auto shuffled = frames.index_select(0, at::tensor(order, at::kLong));
  auto result = inputs;
  result.media_key.clear();
  result.pixel_values_videos =
      shuffled.unflatten(0, {steps, depth}).permute({0, 2, 3, 1, 4}).reshape(rows.sizes());
  return result;
}

}  // namespace vrlt::processor
