#pragma once

#include <vector>

#include "reading/time_tokens.h"
#include "vrlt/core/interval.h"

namespace vrlt::reading {

/// A span that a text states, or why what it states is none.
struct Finding {
  size_t begin = 0, end = 0;  ///< Where the text states it.
  Interval span;
  Reason reason = Reason::kOk;
  bool in_list = false;  ///< Of kBadPair: it stands in a list of others.
};

/// The span between two times, with the unit that one lends the other.
Finding range_of(const Time& start, const Time& end);

/// The ranges of a text in their order: of times joined one after another, and of a start and an
/// end stated in words. Source: docs/spec/reading.md#ranges.
std::vector<Finding> find_ranges(View text, const std::vector<Token>& tokens);

}  // namespace vrlt::reading
