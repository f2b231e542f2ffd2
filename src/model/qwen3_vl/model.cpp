#include "model/qwen3_vl/model.h"

#include <algorithm>

#include "model/qwen3_vl/geometry.h"
#include "model/stored_weights.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/core/error.h"

namespace vrlt::model::qwen3_vl {

Model::Model(Config config, ParameterTable parameters, HuggingFaceFolder folder, bool checkpoints)
    : DecoderModel(config.text, kGeometry, {.vision = kVisionPrefix, .text = kTextPrefix},
                   std::move(parameters), std::move(folder), checkpoints),
      config_(std::move(config)),
      vision_encoder_(config_.vision, parameter_table(), checkpoints) {}

std::string Model::vision_settings() const {
  // A field that is added does not compile until it is named here too.
  const auto& [depth, hidden_size, num_heads, intermediate_size, out_hidden_size, patch_size,
               temporal_patch_size, spatial_merge_size, num_position_embeddings, deepstack_blocks] =
      config_.vision;
  return io::to_line({"qwen3_vl", depth, hidden_size, num_heads, intermediate_size, out_hidden_size,
                      patch_size, temporal_patch_size, spatial_merge_size, num_position_embeddings,
                      deepstack_blocks});
}

EmbeddedPrompt Model::embed(const PromptGroup& group) const {
  const auto tokens = tokens_of(group);
  const auto& [embeddings, places] = tokens;
  if (places.size(0) == 0) return {.embeddings = embeddings};
  const int64_t width = config_.text.hidden_size;
  const auto part = [&](int64_t index) {
    return group.vision_features.narrow(1, index * width, width)
        .to(tokens.embeddings.scalar_type());
  };
  EmbeddedPrompt prompt{.embeddings = embeddings.index_copy(0, places, part(0)),
                        .levels = {.rows = places, .features = {}}};
  for (int64_t k = 1; k <= config_.vision.num_levels(); ++k)
    prompt.levels.features.push_back(part(k));
  return prompt;
}

namespace {

bool has_head(const std::filesystem::path& folder) {
  const auto names = checkpoint::SafetensorsFolder(folder).names();
  return std::any_of(names.begin(), names.end(), [](const std::string& name) {
    return canonical_name(name) == "lm_head.weight";
  });
}

}  // namespace

std::unique_ptr<VisionLanguageModel> load(const std::filesystem::path& folder, const io::Json& json,
                                          const ModelOptions& options) {
  Config config = parse_config(json, (folder / "config.json").string());
  if (!config.tie_word_embeddings && !options.random_weights)
    config.text.tie_word_embeddings = !has_head(folder);
  ParameterTable parameters = open_weights(folder, weight_layout(config), options);
  // Said at the top level: of another place transformers makes nothing.
  io::Json saved = json;
  saved["tie_word_embeddings"] = config.text.tie_word_embeddings;
  HuggingFaceFolder files(folder, saved, config.text.vocab_size);
  return std::make_unique<Model>(std::move(config), std::move(parameters), std::move(files),
                                 options.checkpoint_blocks);
}

}  // namespace vrlt::model::qwen3_vl
