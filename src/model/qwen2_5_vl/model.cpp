#include "model/qwen2_5_vl/model.h"

#include "model/packed_groups.h"
#include "model/stored_weights.h"
#include "vrlt/core/error.h"
#include "vrlt/model/upload.h"

namespace vrlt::model::qwen2_5_vl {

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
  // In the type that the tower wants: in bfloat16 half the bytes cross the bus.
  const auto& head = head_weight();
  return vision_encoder_(upload(pixel_values.to(head.scalar_type()), head.device()), grid_thw);
}

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

at::Tensor Model::embed(const PromptGroup& group) const {
  const auto& ids = group.prompt->input_ids;
  const auto device = head_weight().device();
  const auto embeddings = text_decoder_.embed(upload(ids, device));
  const auto& features = group.vision_features;
  const auto places = vision_places(ids, pads_, features.defined() ? features.size(0) : 0);
  if (places.size(0) == 0) return embeddings;
  return embeddings.index_copy(0, upload(places, device), features.to(embeddings.scalar_type()));
}

at::Tensor Model::response_hidden(const GroupBatch& batch) {
  return hidden_of_responses(
      batch, text_decoder_,
      [this](const PromptGroup& group) -> EmbeddedPrompt { return {.embeddings = embed(group)}; });
}

KvCache Model::prefill(std::span<const PromptGroup> groups, at::Tensor* last_hidden) {
  counters_.prompts_prefilled += static_cast<int64_t>(groups.size());
  return prefill_groups(
      groups, text_decoder_,
      [this](const PromptGroup& group) -> EmbeddedPrompt { return {.embeddings = embed(group)}; },
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

std::unique_ptr<VisionLanguageModel> load(const std::filesystem::path& folder, const io::Json& json,
                                          const ModelOptions& options) {
  Config config = parse_config(json, (folder / "config.json").string());
  ParameterTable parameters = open_weights(folder, weight_layout(config), options);
  HuggingFaceFolder files(folder, json, config.text.vocab_size);
  return std::make_unique<Model>(std::move(config), std::move(parameters), std::move(files),
                                 options.checkpoint_blocks);
}

}  // namespace vrlt::model::qwen2_5_vl
