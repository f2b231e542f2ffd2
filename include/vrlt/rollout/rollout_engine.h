#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "vrlt/model/vision_language_model.h"
#include "vrlt/rollout/generation_config.h"
#include "vrlt/rollout/rollout.h"
#include "vrlt/rollout/sampling.h"
#include "vrlt/tokenizer/tokenizer.h"

namespace vrlt::rollout {

class TokenDraw;

/// Generates G responses per prompt: each video is encoded once, each prompt prefilled once, its
/// cache shared by G responses. Many prompts are decoded in one batch; finished rows leave it, and
/// a waiting prompt takes the place of one whose responses are complete. A token depends on (seed,
/// sample id, draw, position) and the model, not on who shares the batch (up to rounding).
class RolloutEngine {
 public:
  /// @param never_sampled  ids that stand for vision: sampling one would break the prompt's counts.
  RolloutEngine(model::VisionLanguageModel& model, const tokenizer::Tokenizer& tokenizer,
                std::vector<int64_t> never_sampled);
  ~RolloutEngine();

  /// No gradients are recorded. The groups are in the order of the prompts. When a stop is asked
  /// for meanwhile (stop_requested) it returns soon: responses may then be cut anywhere, and are of
  /// no use.
  /// @throws NotFiniteError naming the sample and the first bad weights.
  std::vector<RolloutGroup> generate(const std::vector<Prompt>& prompts,
                                     const GenerationConfig& config);

 private:
  model::VisionLanguageModel& model_;
  const tokenizer::Tokenizer& tokenizer_;
  std::unique_ptr<const TokenDraw> draw_;
};

}  // namespace vrlt::rollout
