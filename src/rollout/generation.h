#pragma once

#include "rollout/growing_responses.h"
#include "rollout/token_draw.h"

namespace vrlt::rollout {

/// What both ways of generating work with.
struct GenerationParts {
  model::VisionLanguageModel& model;
  const TokenDraw& draw;
  const GenerationConfig& config;
  GrowingResponses& responses;
};

/// Token by token: every row's is looked at before the next one is drawn, so that no row computes
/// one that is thrown away.
void generate_by_token(const GenerationParts& parts);

/// By chunks of config.look_every tokens, which are drawn on the device and looked at together:
/// rows may go on for some tokens that are thrown away, but nothing waits for the host in between.
/// On CUDA a token is one launch of a captured graph. The tokens are the same (up to rounding).
void generate_by_chunk(const GenerationParts& parts);

}  // namespace vrlt::rollout
