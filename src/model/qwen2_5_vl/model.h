#pragma once

#include <filesystem>
#include <memory>

#include "model/decoder_model.h"
#include "model/qwen2_5_vl/config.h"
#include "model/qwen2_5_vl/vision_encoder.h"
#include "model/qwen2_5_vl/weights.h"

namespace vrlt::model::qwen2_5_vl {

/// Qwen2.5-VL: vision tower and decoder on one parameter table.
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

std::unique_ptr<VisionLanguageModel> load(const std::filesystem::path& folder, const io::Json& json,
                                          const ModelOptions& options);

}  // namespace vrlt::model::qwen2_5_vl
