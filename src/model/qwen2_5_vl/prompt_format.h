#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "model/qwen2_5_vl/config.h"
#include "model/qwen2_5_vl/positions.h"
#include "vrlt/model/prompt_rules.h"
#include "vrlt/processor/prompt_format.h"

namespace vrlt::model::qwen2_5_vl {

/// The prompts of Qwen2.5-VL: a pad for every vision token, one run per image or clip, whose time
/// is in its positions.
class PromptFormat final : public processor::PromptFormat {
 public:
  /// @throws DataError if a vision token is missing.
  PromptFormat(const VisionConfig& vision, std::unique_ptr<tokenizer::Tokenizer> tokenizer,
               MropeMode mode);

  const processor::VisionGeometry& geometry() const override { return geometry_; }
  const tokenizer::Tokenizer& tokenizer() const override { return *tokenizer_; }
  processor::PromptText lay_out(const processor::Conversation& conversation) const override;
  processor::Positions positions(const at::Tensor& input_ids,
                                 const processor::Conversation& conversation) const override;
  std::vector<int64_t> never_sampled() const override;

 private:
  std::unique_ptr<tokenizer::Tokenizer> tokenizer_;
  processor::VisionGeometry geometry_;
  PositionOptions position_options_;
  int64_t vision_start_ = 0, vision_end_ = 0;
};

/// @throws ConfigError for a position rule that is not of kMropeModes; as PromptFormat and
/// load_tokenizer().
std::unique_ptr<processor::PromptFormat> load_prompt_format(const std::filesystem::path& folder,
                                                            const io::Json& json,
                                                            const PromptRules& rules);

}  // namespace vrlt::model::qwen2_5_vl
