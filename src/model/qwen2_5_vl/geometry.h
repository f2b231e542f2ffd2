#pragma once

#include "model/qwen2_5_vl/config.h"
#include "vrlt/processor/vision_geometry.h"

namespace vrlt::model::qwen2_5_vl {

/// Of the published models (docs/spec/qwen2_5_vl.md#patch-rows); mean and standard deviation are
/// CLIP's.
inline constexpr processor::VisionGeometry kGeometry{
    .patch_size = 14,
    .temporal_patch = 2,
    .merge_size = 2,
    .mean = {0.48145466F, 0.4578275F, 0.40821073F},
    .std = {0.26862954F, 0.26130258F, 0.27577711F}};

/// What config.json says in place of the published numbers.
inline processor::VisionGeometry geometry_of(const VisionConfig& vision) {
  auto geometry = kGeometry;
  geometry.patch_size = vision.patch_size;
  geometry.temporal_patch = vision.temporal_patch_size;
  geometry.merge_size = vision.spatial_merge_size;
  return geometry;
}

}  // namespace vrlt::model::qwen2_5_vl
