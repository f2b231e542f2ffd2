#pragma once

#include <cstdint>
#include <string>

#include "vrlt/io/json.h"

namespace vrlt::report {

/// The right answer of evaluation::truth_json() in words: "B", "12.5 to 14 s".
std::string truth_text(const io::Json& truth);

/// Index of the right option of such a truth; -1: there is none.
int64_t right_option(const io::Json& truth);

/// "A. red, B. black" with the right one marked: HTML. Empty where there are no options.
/// @param right  index of the right one from 0; -1: not known.
std::string option_list(const io::Json& options, int64_t right);

}  // namespace vrlt::report
