#pragma once

#include "model/hugging_face_folder.h"
#include "model/packed_groups.h"
#include "model/text_decoder/text_decoder.h"
#include "model/vision_places.h"
#include "vrlt/model/model_adapter.h"
#include "vrlt/model/vision_language_model.h"
#include "vrlt/processor/vision_geometry.h"

namespace vrlt::model {

/// What model families with the shared decoder have in common: one parameter table, the folder it
/// came from, prompts packed, prefilled and decoded. A family adds its tower, and says what the
/// features of a prompt are to the decoder.
class DecoderModel : public VisionLanguageModel, public AdapterHost {
 public:
  // Tower and decoder refer to the parameters.
  DecoderModel(const DecoderModel&) = delete;
  DecoderModel& operator=(const DecoderModel&) = delete;

  at::Tensor response_hidden(const GroupBatch& batch) override;
  KvCache prefill(std::span<const PromptGroup> groups, at::Tensor* last_hidden) override;
  at::Tensor decode(const at::Tensor& ids, KvCache& cache) override;
  at::Tensor decode_cells(const at::Tensor& ids, KvCache& cache,
                          const KvCache::Lengths& lengths) override;
  at::Tensor encode_video(const at::Tensor& pixel_values, const at::Tensor& grid_thw) override;
  const at::Tensor& head_weight() const override { return text_decoder_.head_weight(); }
  ParameterTable& parameters() override { return parameters_; }
  const std::vector<int64_t>& stop_ids() const override { return folder_.stop_ids(); }
  void save_description(const std::filesystem::path& folder) const override {
    folder_.save_description(folder, parameters_);
  }
  bool is_vision_parameter(const std::string& name) const override {
    return name.starts_with(prefixes_.vision);
  }
  std::vector<NamedLinear> decoder_matrices() override {
    return text_decoder_.matrices(prefixes_.text);
  }

  const TextDecoder& text_decoder() const { return text_decoder_; }

  /// The prompt with the features of its pads.
  /// @throws DataError if the number of pads and of features differ.
  virtual EmbeddedPrompt embed(const PromptGroup& group) const = 0;

 protected:
  /// What the names of parameters begin with.
  struct Prefixes {
    const char *vision, *text;
  };
  /// @param geometry  of the tower.  @param checkpoints  as of TextDecoder.
  DecoderModel(const TextShape& text, const processor::VisionGeometry& geometry, Prefixes prefixes,
               ParameterTable parameters, HuggingFaceFolder folder, bool checkpoints);

  /// @param pixels  normalised patches, on the device of the model and in its type.
  virtual at::Tensor encode(const at::Tensor& pixels, const at::Tensor& grid_thw) const = 0;

  /// The pads of a prompt, [num_features] on the device, and the embeddings of all its tokens.
  struct PromptTokens {
    at::Tensor embeddings, places;
  };
  PromptTokens tokens_of(const PromptGroup& group) const;

  const ParameterTable& parameter_table() const { return parameters_; }

 private:
  processor::VisionGeometry geometry_;
  Prefixes prefixes_;
  ParameterTable parameters_;
  HuggingFaceFolder folder_;
  TextDecoder text_decoder_;
  PadIds pads_;
};

}  // namespace vrlt::model
