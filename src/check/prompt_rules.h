#pragma once

#include <vector>

#include "check/mismatches.h"

namespace vrlt::check {

/// The prompt of a sample; null if it names one that there is not.
const data::PromptEntry* prompt_of(const data::Sample& sample, const Purpose& purpose);

/// Prompts that there are not; layouts that rewards want and prompts never ask for, and layouts
/// that prompts ask for and rewards refuse; supervised targets that cannot be made, or that lack
/// the thinking which the prompt asks for; subtitles that no prompt shows.
void match_prompts(const Samples& samples, const Purpose& purpose, Mismatches& found);

}  // namespace vrlt::check
