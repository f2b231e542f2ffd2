#include "vrlt/model/vision_features.h"

#include <ATen/ops/cat.h>

#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/json.h"
#include "vrlt/model/upload.h"

namespace vrlt::model {
namespace {

/// Bounds the activations of one pass; a longer video still goes through whole.
constexpr int64_t kMaxPatches = 16384;

}  // namespace

std::vector<at::Tensor> encode_vision(
    VisionLanguageModel& model,
    std::span<const std::shared_ptr<const processor::ModelInputs>> prompts,
    std::vector<bool>* from_cache) {
  struct Pending {
    size_t prompt;
    int64_t num_patches;
  };
  auto* const cache = model.feature_cache();
  std::vector<at::Tensor> features(prompts.size());
  if (from_cache != nullptr) from_cache->assign(prompts.size(), false);
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
      if (const auto& key = prompts[item.prompt]->media_key; cache != nullptr && !key.empty())
        cache->store(key, features[item.prompt]);
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
    if (cache != nullptr && !inputs.media_key.empty()) {
      if (const auto found = cache->find(inputs.media_key)) {
        features[i] = upload(*found, model.head_weight().device());
        if (from_cache != nullptr) (*from_cache)[i] = true;
        continue;
      }
    }
    if (num_patches + count > kMaxPatches) flush();
    for (const auto& [values, grid] :
         {std::pair(inputs.pixel_values, inputs.image_grid_thw),
          std::pair(inputs.pixel_values_videos, inputs.video_grid_thw)}) {
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

std::string encoder_fingerprint(VisionLanguageModel& model) {
  std::string all = concat(model.vision_settings(), "\n",
                           c10::DeviceTypeName(model.head_weight().device().type(), true), "\n");
  for (const auto& [name, tensor] : model.parameters().entries()) {
    if (!model.is_vision_parameter(name)) continue;
    const auto own = tensor.detach().cpu().contiguous();
    all +=
        io::to_line({name, at::toString(own.scalar_type()), own.sizes().vec(),
                     io::sha256({static_cast<const char*>(own.const_data_ptr()), own.nbytes()})}) +
        "\n";
  }
  return io::sha256(all);
}

}  // namespace vrlt::model
