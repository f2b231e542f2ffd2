#pragma once

#include <string>

#include "vrlt/data/sample.h"

// Our own prompts, whose instruction follows the task, and the answers that they ask for.
namespace vrlt::data::prompts {

std::string question_think(const Sample& sample);
std::string question_answer(const Sample& sample);
std::string question_short(const Sample& sample);
std::string question_seed_tvg(const Sample& sample);

// Answers as prompts ask for them. What they state is read as the truth itself (vrlt/reading):
// starts are not below 0, and no span is rounded to nothing. @throws DataError if the sample has no
// label, or a truth that ends before the clip begins.

/// In its block.
std::string answer_block(const Sample& sample);
/// Without tags.
std::string answer_alone(const Sample& sample);
/// Behind a prefix that ends in an opening bracket.
std::string answer_behind_bracket(const Sample& sample);
/// "Therefore, the final answer is: B"
std::string answer_therefore(const Sample& sample);
/// "The event happens in the 3.0 - 6.5 seconds."
std::string answer_event_lmms(const Sample& sample);
/// "The event happens in 3.0 - 6.5 seconds."
std::string answer_event_timelens(const Sample& sample);
/// The option in its block, the spans in <glue>.
std::string answer_glue(const Sample& sample);
/// Temporal-RLT's JSON.
std::string answer_seed_tvg(const Sample& sample);

}  // namespace vrlt::data::prompts
