#include "model/decoder_model.h"

#include <ATen/core/grad_mode.h>

#include "vrlt/model/normalize_patches.h"
#include "vrlt/model/upload.h"

namespace vrlt::model {

DecoderModel::DecoderModel(const TextShape& text, const processor::VisionGeometry& geometry,
                           Prefixes prefixes, ParameterTable parameters, HuggingFaceFolder folder,
                           bool checkpoints)
    : geometry_(geometry),
      prefixes_(prefixes),
      parameters_(std::move(parameters)),
      folder_(std::move(folder)),
      text_decoder_(text, parameters_, prefixes.text, checkpoints),
      pads_{.image = folder_.special_id("image_token_id"),
            .video = folder_.special_id("video_token_id")} {}

at::Tensor DecoderModel::encode_video(const at::Tensor& pixel_values, const at::Tensor& grid_thw) {
  counters_.videos_encoded += grid_thw.size(0);
  // Levels cross the bus as bytes.
  const auto& head = head_weight();
  const auto rows = upload(pixel_values, head.device());
  const auto values = rows.scalar_type() == at::kByte ? normalize_patches(rows, geometry_) : rows;
  return encode(values.to(head.scalar_type()), grid_thw);
}

DecoderModel::PromptTokens DecoderModel::tokens_of(const PromptGroup& group) const {
  const auto& ids = group.prompt->input_ids;
  const auto& features = group.vision_features;
  const auto device = head_weight().device();
  const auto embeddings = text_decoder_.embed(upload(ids, device));
  const auto places = vision_places(ids, pads_, features.defined() ? features.size(0) : 0);
  return {.embeddings = embeddings, .places = upload(places, device)};
}

at::Tensor DecoderModel::response_hidden(const GroupBatch& batch) {
  return hidden_of_responses(batch, text_decoder_,
                             [this](const PromptGroup& group) { return embed(group); });
}

KvCache DecoderModel::prefill(std::span<const PromptGroup> groups, at::Tensor* last_hidden) {
  counters_.prompts_prefilled += static_cast<int64_t>(groups.size());
  return prefill_groups(
      groups, text_decoder_, [this](const PromptGroup& group) { return embed(group); },
      last_hidden);
}

at::Tensor DecoderModel::decode(const at::Tensor& ids, KvCache& cache) {
  const at::NoGradGuard no_grad;
  return text_decoder_.decode(text_decoder_.embed(ids.flatten()), cache);
}

at::Tensor DecoderModel::decode_cells(const at::Tensor& ids, KvCache& cache,
                                      const KvCache::Lengths& lengths) {
  const at::NoGradGuard no_grad;
  return text_decoder_.decode_cells(text_decoder_.embed(ids), cache, lengths);
}

}  // namespace vrlt::model
