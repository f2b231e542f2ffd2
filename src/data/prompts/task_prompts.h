#pragma once

#include <string>

#include "vrlt/data/sample.h"

// Our own prompts, whose instruction follows the task, and the answers that they ask for.
namespace vrlt::data::prompts {

std::string question_think(const Sample& sample);
std::string question_answer(const Sample& sample);
std::string question_short(const Sample& sample);
std::string question_seed_tvg(const Sample& sample);

/// @throws DataError if the sample has no label.
std::string answer_only(const Sample& sample);
std::string answer_seed_tvg(const Sample& sample);

}  // namespace vrlt::data::prompts
