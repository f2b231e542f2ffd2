#pragma once

#include "reading/choice.h"
#include "reading/letters.h"

namespace vrlt::reading {

/// Whether the text behind a leading letter is, or begins with, its own option's text as a
/// sentence; where that ends, or kNone.
size_t own_text_end(View text, const LeadingLetter& leading, const Options& options);

/// The option of several lines: those that are answers by themselves must agree, the others say
/// why. @param text  more than one line.
Read<int64_t> read_choice_lines(View text, const Options& options);

/// The same of the first and the last line alone.
Read<int64_t> read_outer_lines(View text, const Options& options);

}  // namespace vrlt::reading
