#include "model/qwen3_vl/shape.h"

#include "model/qwen3_vl/weights.h"

namespace vrlt::model::qwen3_vl {

ModelShape shape_of(const Config& config) {
  const auto& vision = config.vision;
  const auto& text = config.text;
  ModelShape shape{.text = {.layers = text.num_layers,
                            .width = text.hidden_size,
                            .intermediate = text.intermediate_size,
                            .query_width = text.num_heads * text.head_dim,
                            .key_width = text.num_kv_heads * text.head_dim},
                   .vision = {.layers = vision.depth,
                              .width = vision.hidden_size,
                              .intermediate = vision.intermediate_size,
                              .query_width = vision.hidden_size,
                              .key_width = vision.hidden_size},
                   .vocab_size = text.vocab_size,
                   .patches_per_token = vision.merge_area(),
                   .patch_values = vision.patch_elements(),
                   .full_attention_layers = vision.depth};
  count_parameters(parameter_shapes(config), vision.merge_area(), shape);
  return shape;
}

}  // namespace vrlt::model::qwen3_vl
