#include "model/qwen2_5_vl/shape.h"

#include <algorithm>

#include "model/qwen2_5_vl/geometry.h"
#include "model/qwen2_5_vl/weights.h"
#include "model/text_decoder/decoder_cost.h"

namespace vrlt::model::qwen2_5_vl {
namespace {

/// What a block keeps of each patch for a backward pass, and holds while it is gone back: queries,
/// keys, values, as attention took them and by segments, what it gave, in order and by segments.
void add_tower_cost(const VisionConfig& vision, ModelShape::Tower& tower) {
  const int64_t width = vision.hidden_size;
  tower.layers = vision.depth;
  tower.width = tower.query_width = tower.key_width = width;
  tower.intermediate = vision.intermediate_size;
  tower.kept = kept_of_norm(width) + kept_of_norm(width) +
               TokenNumbers{.own = 5 * width, .wide = vision.num_heads} +
               kept_of_gated_mlp(vision.intermediate_size);
  tower.kept_for_norms = 2 * width;
  tower.backward = {.own = 2 * width + std::max(3 * vision.intermediate_size, 8 * width)};
}

}  // namespace

ModelShape shape_of(const Config& config) {
  const auto& vision = config.vision;
  ModelShape shape{.feature_width = config.text.hidden_size,
                   .patches_per_token = vision.merge_area(),
                   .patch_values = vision.patch_elements(),
                   .geometry = geometry_of(vision)};
  add_decoder_cost(config.text, shape);
  add_tower_cost(vision, shape.vision);
  for (int64_t block = 0; block < vision.depth; ++block)
    shape.full_attention_layers += vision.is_full_attention(block);
  const int64_t window_side = vision.window_size / vision.patch_size;
  shape.window_patches = window_side * window_side;
  count_parameters(parameter_shapes(config), vision.merge_area(), shape);
  return shape;
}

}  // namespace vrlt::model::qwen2_5_vl
