#pragma once

#include "model/qwen3_vl/config.h"
#include "vrlt/processor/vision_geometry.h"

namespace vrlt::model::qwen3_vl {

/// Of the published models (docs/spec/qwen3_vl.md#pixels): levels from -1 to 1, and beside each
/// slice its time and two marks.
inline constexpr processor::VisionGeometry kGeometry{.patch_size = 16,
                                                     .temporal_patch = 2,
                                                     .merge_size = 2,
                                                     .mean = {0.5F, 0.5F, 0.5F},
                                                     .std = {0.5F, 0.5F, 0.5F},
                                                     .text_tokens_per_slice = 9.0};

/// What config.json says in place of the published numbers.
inline processor::VisionGeometry geometry_of(const VisionConfig& vision) {
  auto geometry = kGeometry;
  geometry.patch_size = vision.patch_size;
  geometry.temporal_patch = vision.temporal_patch_size;
  geometry.merge_size = vision.spatial_merge_size;
  return geometry;
}

}  // namespace vrlt::model::qwen3_vl
