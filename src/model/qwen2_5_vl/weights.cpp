#include "model/qwen2_5_vl/weights.h"

#include "model/stored_names.h"
#include "model/text_decoder/layer_weights.h"
#include "vrlt/core/error.h"

namespace vrlt::model::qwen2_5_vl {
namespace {

void add_vision(std::vector<ParameterShape>& shapes, const VisionConfig& vision) {
  const int64_t width = vision.hidden_size, merged = vision.merge_area() * width;
  shapes.push_back({"visual.patch_embed.proj.weight",
                    {width, vision.in_channels, vision.temporal_patch_size, vision.patch_size,
                     vision.patch_size}});
  for (int64_t i = 0; i < vision.depth; ++i) {
    const auto block = concat("visual.blocks.", i, ".");
    shapes.push_back({block + "norm1.weight", {width}});
    shapes.push_back({block + "norm2.weight", {width}});
    add_matrix(shapes, block + "attn.qkv", 3 * width, width, true);
    add_matrix(shapes, block + "attn.proj", width, width, true);
    add_matrix(shapes, block + "mlp.gate_proj", vision.intermediate_size, width, true);
    add_matrix(shapes, block + "mlp.up_proj", vision.intermediate_size, width, true);
    add_matrix(shapes, block + "mlp.down_proj", width, vision.intermediate_size, true);
  }
  shapes.push_back({"visual.merger.ln_q.weight", {width}});
  add_matrix(shapes, "visual.merger.mlp.0", merged, merged, true);
  add_matrix(shapes, "visual.merger.mlp.2", vision.out_hidden_size, merged, true);
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
      {"model.visual.", "visual."},        {"model.language_model.", "model."},
      {"language_model.model.", "model."}, {"language_model.lm_head.", "lm_head."},
      {"language_model.", "model."},
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

}  // namespace vrlt::model::qwen2_5_vl
