#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "vrlt/model/kv_cache.h"
#include "vrlt/model/vision_language_model.h"
#include "vrlt/rollout/generation_config.h"
#include "vrlt/rollout/rollout.h"
#include "vrlt/tokenizer/tokenizer.h"

namespace vrlt::rollout {

class TokenDraw;

/// One question after the other about the same video: what a prompt begins with, up to the last
/// token of vision, is encoded and prefilled for the first question and kept for the next ones with
/// the same tokens and pixels.
/// What a question is answered does not depend on whether others came before it.
class KeptPrompt {
 public:
  /// Model and tokenizer outlive the object. @param vision_ids  as RolloutEngine's never_sampled.
  KeptPrompt(model::VisionLanguageModel& model, const tokenizer::Tokenizer& tokenizer,
             std::vector<int64_t> vision_ids);
  ~KeptPrompt();

  /// One response, drawn as RolloutEngine::generate draws it (up to rounding). A stop that is asked
  /// for ends it early.
  /// @throws NotFiniteError naming the sample.
  Response answer(const Prompt& prompt, const GenerationConfig& config);

  /// Of the last prompt, the tokens that were there already.
  int64_t kept_tokens() const { return kept_tokens_; }

 private:
  int64_t length_of_media(const at::Tensor& input_ids) const;
  bool begins_with(const processor::ModelInputs& inputs, int64_t length) const;
  void prefill(const processor::ModelInputs& inputs, int64_t length);

  model::VisionLanguageModel& model_;
  const tokenizer::Tokenizer& tokenizer_;
  std::vector<int64_t> vision_ids_;
  std::unique_ptr<const TokenDraw> draw_;
  model::KvCache cache_;  ///< Of the beginning; not forked.
  /// What it is of, cut off behind its vision; null: nothing yet.
  std::shared_ptr<const processor::ModelInputs> beginning_;
  int64_t kept_tokens_ = 0;
};

}  // namespace vrlt::rollout
