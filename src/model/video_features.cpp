#include "vrlt/model/video_features.h"

#include <ATen/ops/cat.h>

namespace vrlt::model {
namespace {

/// Bounds the activations of one pass; a longer video still goes through whole.
constexpr int64_t kMaxPatches = 16384;

}  // namespace

std::vector<at::Tensor> encode_videos(VisionLanguageModel& model, std::span<const std::shared_ptr<const processor::ModelInputs>> prompts) {
  std::vector<at::Tensor> features(prompts.size());
  std::vector<size_t> pending;
  std::vector<at::Tensor> pixels, grids;
  int64_t num_patches = 0;
  const auto flush = [&] {
    if (pending.empty()) return;
    const auto encoded = model.encode_video(at::cat(pixels), at::cat(grids));
    const int64_t patches_per_feature = num_patches / encoded.size(0);
    int64_t begin = 0;
    for (size_t i = 0; i < pending.size(); ++i) {
      const int64_t count = pixels[i].size(0) / patches_per_feature;
      features[pending[i]] = encoded.narrow(0, begin, count);
      begin += count;
    }
    pending.clear();
    pixels.clear();
    grids.clear();
    num_patches = 0;
  };
  for (size_t i = 0; i < prompts.size(); ++i) {
    const auto& inputs = *prompts[i];
    if (!inputs.pixel_values_videos.defined()) continue;
    if (num_patches + inputs.pixel_values_videos.size(0) > kMaxPatches) flush();
    pending.push_back(i);
    pixels.push_back(inputs.pixel_values_videos);
    grids.push_back(inputs.video_grid_thw);
    num_patches += inputs.pixel_values_videos.size(0);
  }
  flush();
  return features;
}

}  // namespace vrlt::model
