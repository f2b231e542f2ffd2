#pragma once

#include <string_view>

#include "vrlt/data/prompt.h"

namespace vrlt::rewards {

/// Whether a response is laid out so and holds nothing else: the tags that are asked for each
/// exactly once and in order, no others of thinking, answer and glue, only white space between and
/// outside, non-blank contents. Source: docs/spec/rewards.md#layouts, the strict one.
bool has_layout(std::string_view text, bool think, data::AnswerTags tags);

/// As the prompt asks for it.
bool has_asked_layout(std::string_view text, const data::PromptEntry& prompt);

}  // namespace vrlt::rewards
