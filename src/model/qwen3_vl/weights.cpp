#include "model/qwen3_vl/weights.h"

#include "model/stored_names.h"
#include "model/text_decoder/layer_weights.h"
#include "vrlt/core/error.h"

namespace vrlt::model::qwen3_vl {
namespace {

void add_norm(std::vector<ParameterShape>& shapes, const std::string& name, int64_t width) {
  shapes.push_back({name + ".weight", {width}});
  shapes.push_back({name + ".bias", {width}});
}

/// @param norm  how wide the states are that its norm sees: one patch, or all that are merged.
void add_merger(std::vector<ParameterShape>& shapes, const std::string& name, int64_t norm,
                const VisionConfig& vision) {
  const int64_t merged = vision.merge_area() * vision.hidden_size;
  add_norm(shapes, name + ".norm", norm);
  add_matrix(shapes, name + ".linear_fc1", merged, merged, true);
  add_matrix(shapes, name + ".linear_fc2", vision.out_hidden_size, merged, true);
}

void add_vision(std::vector<ParameterShape>& shapes, const VisionConfig& vision) {
  const int64_t width = vision.hidden_size;
  const std::string tower = kVisionPrefix;
  shapes.push_back({tower + "patch_embed.proj.weight",
                    {width, 3, vision.temporal_patch_size, vision.patch_size, vision.patch_size}});
  shapes.push_back({tower + "patch_embed.proj.bias", {width}});
  shapes.push_back({tower + "pos_embed.weight", {vision.num_position_embeddings, width}});
  for (int64_t i = 0; i < vision.depth; ++i) {
    const auto block = concat(tower, "blocks.", i, ".");
    add_norm(shapes, block + "norm1", width);
    add_norm(shapes, block + "norm2", width);
    add_matrix(shapes, block + "attn.qkv", 3 * width, width, true);
    add_matrix(shapes, block + "attn.proj", width, width, true);
    add_matrix(shapes, block + "mlp.linear_fc1", vision.intermediate_size, width, true);
    add_matrix(shapes, block + "mlp.linear_fc2", width, vision.intermediate_size, true);
  }
  add_merger(shapes, tower + "merger", width, vision);
  for (int64_t k = 0; k < vision.num_levels(); ++k)
    add_merger(shapes, concat(tower, "deepstack_merger_list.", k), vision.merge_area() * width,
               vision);
}

}  // namespace

std::vector<ParameterShape> parameter_shapes(const Config& config) {
  std::vector<ParameterShape> shapes;
  add_vision(shapes, config.vision);
  add_decoder(shapes, config.text, kTextPrefix);
  return shapes;
}

std::string canonical_name(std::string name) {
  static constexpr Renaming kRenames[] = {
      {"visual.", "model.visual."},
      {"language_model.lm_head.", "lm_head."},
      {"language_model.model.", "model.language_model."},
      {"language_model.", "model.language_model."},
      {"model.layers.", "model.language_model.layers."},
      {"model.embed_tokens.", "model.language_model.embed_tokens."},
      {"model.norm.", "model.language_model.norm."},
  };
  return stored_name(std::move(name), kRenames);
}

WeightLayout weight_layout(const Config& config) {
  return {.parameters = parameter_shapes(config),
          .canonical_name = canonical_name,
          .tied_embedding =
              config.text.tie_word_embeddings ? concat(kTextPrefix, "embed_tokens.weight") : "",
          .initializer_range = config.initializer_range};
}

}  // namespace vrlt::model::qwen3_vl
