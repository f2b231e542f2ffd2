#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

#include "model/qwen2_5_vl/model.h"
#include "model/qwen3_vl/model.h"

namespace vrlt::test {

/// States of a vision tower by name: "patch_embed", "embeddings" where learned positions are added
/// to it, "block.0", "block.1", ...
using Stages = std::vector<std::pair<std::string, at::Tensor>>;

template <typename Family>
Stages stages_of(const Family& model, const at::Tensor& pixels, const at::Tensor& grid) {
  const auto& tower = model.vision_encoder();
  typename std::remove_cvref_t<decltype(tower)>::Trace trace;
  tower(pixels, grid, &trace);
  Stages stages = {{"patch_embed", trace.patch_embed}};
  if constexpr (requires { trace.embeddings; }) stages.emplace_back("embeddings", trace.embeddings);
  for (size_t i = 0; i < trace.blocks.size(); ++i)
    stages.emplace_back("block." + std::to_string(i), trace.blocks[i]);
  return stages;
}

/// @param pixels  [S, patch values] of images or of videos; @param grid  [n, 3].
inline Stages vision_stages(const model::VisionLanguageModel& model, const at::Tensor& pixels,
                            const at::Tensor& grid) {
  if (const auto* first = dynamic_cast<const model::qwen2_5_vl::Model*>(&model))
    return stages_of(*first, pixels, grid);
  return stages_of(dynamic_cast<const model::qwen3_vl::Model&>(model), pixels, grid);
}

}  // namespace vrlt::test
