#pragma once

#include <filesystem>
#include <memory>

#include "model/decoder_model.h"
#include "model/qwen3_vl/config.h"
#include "model/qwen3_vl/vision_encoder.h"
#include "model/qwen3_vl/weights.h"

namespace vrlt::model::qwen3_vl {

/// Qwen3-VL: vision tower and decoder on one parameter table. A row of its features is (1 + levels)
/// * D wide: what replaces the embedding of a pad, then what is added to the state there behind
/// each of the first layers.
class Model final : public DecoderModel {
 public:
  // The tower refers to config_.
  Model(Config config, ParameterTable parameters, HuggingFaceFolder folder, bool checkpoints);

  std::string vision_settings() const override;
  EmbeddedPrompt embed(const PromptGroup& group) const override;

  const Config& config() const { return config_; }
  const VisionEncoder& vision_encoder() const { return vision_encoder_; }

 private:
  at::Tensor encode(const at::Tensor& pixels, const at::Tensor& grid_thw) const override {
    return vision_encoder_(pixels, grid_thw);
  }

  Config config_;
  VisionEncoder vision_encoder_;
};

/// Where config.json does not say whether the head is tied, the weights do: it is if they have
/// none.
std::unique_ptr<VisionLanguageModel> load(const std::filesystem::path& folder, const io::Json& json,
                                          const ModelOptions& options);

}  // namespace vrlt::model::qwen3_vl
