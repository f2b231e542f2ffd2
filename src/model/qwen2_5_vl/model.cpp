#include "model/qwen2_5_vl/model.h"

#include "model/qwen2_5_vl/geometry.h"
#include "model/stored_weights.h"
#include "vrlt/core/error.h"

namespace vrlt::model::qwen2_5_vl {

Model::Model(Config config, ParameterTable parameters, HuggingFaceFolder folder, bool checkpoints)
    : DecoderModel(config.text, kGeometry, {.vision = "visual.", .text = kTextPrefix},
                   std::move(parameters), std::move(folder), checkpoints),
      config_(std::move(config)),
      vision_encoder_(config_.vision, parameter_table(), checkpoints) {}

std::string Model::vision_settings() const {
  // A field that is added does not compile until it is named here too.
  [[maybe_unused]] const auto& [depth, hidden_size, num_heads, intermediate_size, out_hidden_size,
                                patch_size, temporal_patch_size, spatial_merge_size, in_channels,
                                window_size, full_attention_blocks, tokens_per_second] =
      config_.vision;
  return io::to_line({"qwen2_5_vl", depth, hidden_size, num_heads, intermediate_size,
                      out_hidden_size, patch_size, temporal_patch_size, spatial_merge_size,
                      in_channels, window_size, full_attention_blocks});
}

EmbeddedPrompt Model::embed(const PromptGroup& group) const {
  auto [embeddings, places] = tokens_of(group);
  if (places.size(0) == 0) return {.embeddings = embeddings};
  const auto& features = group.vision_features;
  return {.embeddings = embeddings.index_copy(0, places, features.to(embeddings.scalar_type()))};
}

std::unique_ptr<VisionLanguageModel> load(const std::filesystem::path& folder, const io::Json& json,
                                          const ModelOptions& options) {
  Config config = parse_config(json, (folder / "config.json").string());
  ParameterTable parameters = open_weights(folder, weight_layout(config), options);
  HuggingFaceFolder files(folder, json, config.text.vocab_size);
  return std::make_unique<Model>(std::move(config), std::move(parameters), std::move(files),
                                 options.checkpoint_blocks);
}

}  // namespace vrlt::model::qwen2_5_vl
