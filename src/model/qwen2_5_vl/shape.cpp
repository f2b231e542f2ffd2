#include "model/qwen2_5_vl/shape.h"

#include <functional>
#include <numeric>

#include "model/qwen2_5_vl/weights.h"

namespace vrlt::model::qwen2_5_vl {
namespace {

int64_t elements(const ParameterShape& parameter) {
  return std::accumulate(parameter.shape.begin(), parameter.shape.end(), int64_t{1},
                         std::multiplies<>());
}

bool has(const std::string& name, const char* part) { return name.find(part) != std::string::npos; }

}  // namespace

ModelShape shape_of(const Config& config) {
  const auto& [vision, text, range] = config;
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
                   .patch_values = vision.patch_elements()};
  for (int64_t block = 0; block < vision.depth; ++block)
    shape.full_attention_layers += vision.is_full_attention(block);
  const int64_t window_side = vision.window_size / vision.patch_size;
  shape.window_patches = window_side * window_side;
  for (const auto& parameter : parameter_shapes(config)) {
    const bool is_vision = has(parameter.name, "visual.");
    auto& tower = is_vision ? shape.vision : shape.text;
    const int64_t count = elements(parameter);
    tower.parameters += count;
    const bool of_vocabulary =
        has(parameter.name, "embed_tokens") || has(parameter.name, "lm_head");
    if (parameter.shape.size() < 2 || of_vocabulary) continue;
    tower.per_token_parameters +=
        has(parameter.name, "merger") ? count / vision.merge_area() : count;
  }
  return shape;
}

}  // namespace vrlt::model::qwen2_5_vl
