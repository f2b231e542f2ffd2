#pragma once

#include <filesystem>
#include <memory>

#include "model/hugging_face_folder.h"
#include "model/packed_groups.h"
#include "model/qwen3_vl/config.h"
#include "model/qwen3_vl/vision_encoder.h"
#include "model/qwen3_vl/weights.h"
#include "model/text_decoder/text_decoder.h"
#include "model/vision_places.h"
#include "vrlt/model/model_adapter.h"
#include "vrlt/model/vision_language_model.h"

namespace vrlt::model::qwen3_vl {

/// Qwen3-VL: vision tower and decoder on one parameter table. A row of its features is (1 + levels)
/// * D wide: what replaces the embedding of a pad, then what is added to the state there behind
/// each of the first layers.
class Model final : public VisionLanguageModel, public AdapterHost {
 public:
  // The tower refers to config_ and parameters_.
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;
  Model(Config config, ParameterTable parameters, HuggingFaceFolder folder, bool checkpoints);

  at::Tensor encode_video(const at::Tensor& pixel_values, const at::Tensor& grid_thw) override;
  at::Tensor response_hidden(const GroupBatch& batch) override;
  KvCache prefill(std::span<const PromptGroup> groups, at::Tensor* last_hidden) override;
  at::Tensor decode(const at::Tensor& ids, KvCache& cache) override;
  at::Tensor decode_cells(const at::Tensor& ids, KvCache& cache,
                          const KvCache::Lengths& lengths) override;
  const at::Tensor& head_weight() const override { return text_decoder_.head_weight(); }
  ParameterTable& parameters() override { return parameters_; }
  bool is_vision_parameter(const std::string& name) const override {
    return name.starts_with(kVisionPrefix);
  }
  std::string vision_settings() const override;
  const std::vector<int64_t>& stop_ids() const override { return folder_.stop_ids(); }
  void save_description(const std::filesystem::path& folder) const override {
    folder_.save_description(folder, parameters_);
  }
  std::vector<NamedLinear> decoder_matrices() override {
    return text_decoder_.matrices(kTextPrefix);
  }

  const Config& config() const { return config_; }
  const VisionEncoder& vision_encoder() const { return vision_encoder_; }
  const TextDecoder& text_decoder() const { return text_decoder_; }

  /// The prompt with the features of its pads, and their levels.
  /// @throws DataError if the number of pads and of features differ.
  EmbeddedPrompt embed(const PromptGroup& group) const;

 private:
  Config config_;
  ParameterTable parameters_;
  HuggingFaceFolder folder_;
  VisionEncoder vision_encoder_;
  TextDecoder text_decoder_;
  PadIds pads_;
};

/// Where config.json does not say whether the head is tied, the weights do: it is if they have
/// none.
std::unique_ptr<VisionLanguageModel> load(const std::filesystem::path& folder, const io::Json& json,
                                          const ModelOptions& options);

}  // namespace vrlt::model::qwen3_vl
