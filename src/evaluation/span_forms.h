#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "evaluation/time_scan.h"

// The forms in which a text may hold time spans. Source: spec benchmarks.md 4.3, attempts 2 to 5.
namespace vrlt::evaluation::times {

/// Times as they were found, two by two.
using Pairs = std::vector<std::pair<Time, Time>>;

/// `(12.5, 17.5)` and nothing else.
Pairs find_tuple(std::string_view text);

/// `<12.5> <17.5>`, perhaps with a hyphen, "to", "and" or a comma between.
Pairs find_time_tokens(std::string_view text);

/// `12.5 - 17.5`, `12.5 s to 17.5 s`, ... A chain of three is no range.
Pairs find_ranges(std::string_view text);

/// "starts at 12 and ends at 17".
Pairs find_start_and_end(std::string_view text);

}  // namespace vrlt::evaluation::times
