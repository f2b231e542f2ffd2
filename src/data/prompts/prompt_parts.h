#pragma once

#include <string>

#include "vrlt/data/sample.h"

namespace vrlt::data::prompts {

/// A for 0.
std::string letter(int64_t option);

/// One option per line, each line between `before` and the letter, and the letter and `between`,
/// with its feed.
std::string option_block(const Sample& sample, const char* before, const char* between);

/// "A. red" of each option, each after `separator`.
std::string lettered_options(const Sample& sample, const char* separator);

/// The options "(A) red" as a list that Python prints.
std::string python_list(const Sample& sample);

}  // namespace vrlt::data::prompts
