#include "model/qwen2_5_vl/shape.h"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>

#include "model/qwen2_5_vl/geometry.h"
#include "model/qwen2_5_vl/weights.h"
#include "model/text_decoder/decoder_cost.h"

namespace vrlt::model::qwen2_5_vl {
namespace {

int64_t elements(const ParameterShape& parameter) {
  return std::accumulate(parameter.shape.begin(), parameter.shape.end(), int64_t{1},
                         std::multiplies<>());
}

bool has(const std::string& name, const char* part) { return name.find(part) != std::string::npos; }

/// "visual.blocks.3." of a parameter of the tower's block 3, "model.layers.3." of the decoder's
/// layer; empty: of neither.
std::string layer_of(const std::string& name) {
  for (const char* part : {"blocks.", "layers."})
    if (const auto at = name.find(part); at != std::string::npos)
      return name.substr(0, name.find('.', at + std::string(part).size()) + 1);
  return {};
}

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
  std::map<std::string, int64_t> of_layers;
  for (const auto& parameter : parameter_shapes(config)) {
    const bool is_vision = has(parameter.name, "visual.");
    auto& tower = is_vision ? shape.vision : shape.text;
    const int64_t count = elements(parameter);
    tower.parameters += count;
    if (const auto layer = layer_of(parameter.name); !layer.empty()) {
      tower.largest_matrix = std::max(tower.largest_matrix, count);
      tower.largest_layer = std::max(tower.largest_layer, of_layers[layer] += count);
    }
    const bool of_vocabulary =
        has(parameter.name, "embed_tokens") || has(parameter.name, "lm_head");
    if (parameter.shape.size() < 2 || of_vocabulary) continue;
    tower.per_token_parameters +=
        has(parameter.name, "merger") ? count / vision.merge_area() : count;
  }
  return shape;
}

}  // namespace vrlt::model::qwen2_5_vl
