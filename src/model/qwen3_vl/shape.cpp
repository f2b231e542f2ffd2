#include "model/qwen3_vl/shape.h"

#include <algorithm>

#include "model/qwen3_vl/geometry.h"
#include "model/qwen3_vl/weights.h"
#include "model/text_decoder/decoder_cost.h"

namespace vrlt::model::qwen3_vl {
namespace {

/// What a norm with a mean keeps: its input, by which its weight's gradient goes too, what it gives
/// to a matrix, and mean and deviation.
TokenNumbers kept_of_layer_norm(int64_t width) { return {.own = 2 * width, .wide = 2}; }

/// As of the other family's tower, but for the norms and an MLP without a gate, which keeps what
/// goes into the activation and what leaves it.
void add_tower_cost(const VisionConfig& vision, ModelShape::Tower& tower) {
  const int64_t width = vision.hidden_size, inner = vision.intermediate_size;
  tower.layers = vision.depth;
  tower.width = tower.query_width = tower.key_width = width;
  tower.intermediate = inner;
  tower.kept = kept_of_layer_norm(width) + kept_of_layer_norm(width) +
               TokenNumbers{.own = 5 * width + 2 * inner, .wide = vision.num_heads};
  tower.backward = {.own = 2 * width + std::max(2 * inner, 8 * width)};
}

}  // namespace

ModelShape shape_of(const Config& config) {
  const auto& vision = config.vision;
  ModelShape shape{.feature_width = (1 + vision.num_levels()) * config.text.hidden_size,
                   .patches_per_token = vision.merge_area(),
                   .patch_values = vision.patch_elements(),
                   .full_attention_layers = vision.depth,
                   .geometry = geometry_of(vision)};
  add_decoder_cost(config.text, shape);
  add_tower_cost(vision, shape.vision);
  count_parameters(parameter_shapes(config), vision.merge_area(), shape);
  return shape;
}

}  // namespace vrlt::model::qwen3_vl
