#include "vrlt/processor/shuffled_frames.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>

#include "vrlt/core/error.h"
#include "vrlt/core/random.h"

namespace vrlt::processor {

ModelInputs with_shuffled_frames(const ModelInputs& inputs, uint64_t seed, uint64_t key) {
  VRLT_CHECK(inputs.pixel_values_videos.defined() && inputs.video_grid_thw.size(0) == 1, "expected one video");
  constexpr int64_t kChannels = 3, kTemporalPatch = 2;
  auto order = random_permutation(inputs.num_frames, seed, key);
  // An odd number of frames was filled up with its last; the shuffled ones with theirs.
  if (order.size() % kTemporalPatch != 0) order.push_back(order.back());
  const auto rows = inputs.pixel_values_videos;  // [T*H*W, 3 * 2 * 14*14]
  const int64_t steps = static_cast<int64_t>(order.size()) / kTemporalPatch;
  const auto frames = rows.view({steps, -1, kChannels, kTemporalPatch, rows.size(1) / (kChannels * kTemporalPatch)})
                          .permute({0, 3, 1, 2, 4})  // [T, 2, H*W, 3, 196]
                          .flatten(0, 1);
  const auto shuffled = frames.index_select(0, at::tensor(order, at::kLong));
  auto result = inputs;
  result.media_key.clear();
  result.pixel_values_videos = shuffled.unflatten(0, {steps, kTemporalPatch}).permute({0, 2, 3, 1, 4}).reshape(rows.sizes());
  return result;
}

}  // namespace vrlt::processor
