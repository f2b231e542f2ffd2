#include "model/qwen3_vl/model.h"

#include <algorithm>

#include "model/stored_weights.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/core/error.h"
#include "vrlt/model/upload.h"

namespace vrlt::model::qwen3_vl {

Model::Model(Config config, ParameterTable parameters, HuggingFaceFolder folder, bool checkpoints)
    : config_(std::move(config)),
      parameters_(std::move(parameters)),
      folder_(std::move(folder)),
      vision_encoder_(config_.vision, parameters_, checkpoints),
      text_decoder_(config_.text, parameters_, kTextPrefix, checkpoints),
      pads_{.image = folder_.special_id("image_token_id"),
            .video = folder_.special_id("video_token_id")} {}

at::Tensor Model::encode_video(const at::Tensor& pixel_values, const at::Tensor& grid_thw) {
  counters_.videos_encoded += grid_thw.size(0);
  return vision_encoder_(upload(pixel_values, head_weight().device()), grid_thw);
}

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
  const auto& ids = group.prompt->input_ids;
  const auto device = head_weight().device();
  const auto embeddings = text_decoder_.embed(upload(ids, device));
  const auto& features = group.vision_features;
  const auto found = vision_places(ids, pads_, features.defined() ? features.size(0) : 0);
  if (found.size(0) == 0) return {.embeddings = embeddings};
  const auto places = upload(found, device);
  const int64_t width = config_.text.hidden_size;
  const auto part = [&](int64_t index) {
    return features.narrow(1, index * width, width).to(embeddings.scalar_type());
  };
  EmbeddedPrompt prompt{.embeddings = embeddings.index_copy(0, places, part(0)),
                        .levels = {.rows = places, .features = {}}};
  for (int64_t k = 1; k <= config_.vision.num_levels(); ++k)
    prompt.levels.features.push_back(part(k));
  return prompt;
}

at::Tensor Model::response_hidden(const GroupBatch& batch) {
  return hidden_of_responses(batch, text_decoder_,
                             [this](const PromptGroup& group) { return embed(group); });
}

KvCache Model::prefill(std::span<const PromptGroup> groups, at::Tensor* last_hidden) {
  counters_.prompts_prefilled += static_cast<int64_t>(groups.size());
  return prefill_groups(
      groups, text_decoder_, [this](const PromptGroup& group) { return embed(group); },
      last_hidden);
}

at::Tensor Model::decode(const at::Tensor& ids, KvCache& cache) {
  const at::NoGradGuard no_grad;
  return text_decoder_.decode(text_decoder_.embed(ids.flatten()), cache);
}

at::Tensor Model::decode_cells(const at::Tensor& ids, KvCache& cache,
                               const KvCache::Lengths& lengths) {
  const at::NoGradGuard no_grad;
  return text_decoder_.decode_cells(text_decoder_.embed(ids), cache, lengths);
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
