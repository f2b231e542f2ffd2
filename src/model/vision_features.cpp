#include "vrlt/model/vision_features.h"

#include <ATen/ops/cat.h>

namespace vrlt::model {
namespace {

/// Bounds the activations of one pass; a longer video still goes through whole.
constexpr int64_t kMaxPatches = 16384;

}  // namespace

std::vector<at::Tensor> encode_vision(VisionLanguageModel& model, std::span<const std::shared_ptr<const processor::ModelInputs>> prompts) {
  struct Pending {
    size_t prompt;
    int64_t num_patches;
  };
  std::vector<at::Tensor> features(prompts.size());
  std::vector<Pending> pending;
  std::vector<at::Tensor> pixels, grids;
  int64_t num_patches = 0;
  const auto flush = [&] {
    if (pending.empty()) return;
    const auto encoded = model.encode_video(at::cat(pixels), at::cat(grids));
    const int64_t patches_per_feature = num_patches / encoded.size(0);
    int64_t begin = 0;
    for (const auto& item : pending) {
      const int64_t count = item.num_patches / patches_per_feature;
      features[item.prompt] = encoded.narrow(0, begin, count);
      begin += count;
    }
    pending.clear();
    pixels.clear();
    grids.clear();
    num_patches = 0;
  };
  for (size_t i = 0; i < prompts.size(); ++i) {
    const auto& inputs = *prompts[i];
    const int64_t count = inputs.num_patches();
    if (count == 0) continue;
    if (num_patches + count > kMaxPatches) flush();
    for (const auto& [values, grid] :
         {std::pair(inputs.pixel_values, inputs.image_grid_thw), std::pair(inputs.pixel_values_videos, inputs.video_grid_thw)}) {
      if (!values.defined()) continue;
      pixels.push_back(values);
      grids.push_back(grid);
    }
    pending.push_back({i, count});
    num_patches += count;
  }
  flush();
  return features;
}

}  // namespace vrlt::model
