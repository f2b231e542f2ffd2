#pragma once

#include <string_view>
#include <vector>

#include "vrlt/core/interval.h"

namespace vrlt::reading::official {

/// Values that a pattern finds, with the place behind the match; end is 0 where it does not match.
struct Match {
  double value = 0.0;
  size_t end = 0;
  explicit operator bool() const { return end != 0; }
};

/// \b(\d+\.\d+\b|\b\d+)\b at i.
Match bare_number(std::string_view text, size_t i);
/// \d+(\.\d*)? at i.
Match decimal(std::string_view text, size_t i);
/// d{1,2}:dd(:dd)? at i, with a fraction if asked for.
Match clock(std::string_view text, size_t i, bool fraction);

/// All bare numbers, all clock stamps of a text, in order.
std::vector<double> bare_numbers(std::string_view text);
std::vector<double> clocks(std::string_view text, bool fraction);

/// The values two by two; an odd last one is dropped.
std::vector<Interval> paired(const std::vector<double>& values);

/// The pieces between ! ? and line feeds that speak of a start, an end or of happening.
std::vector<std::string_view> pieces_about_times(std::string_view text);

/// What Temporal-R1 and lmms-eval do to a text first: lower case, one example of their prompt
/// removed, "to" as a hyphen everywhere.
std::string with_hyphens(std::string_view response);

inline Interval sorted(Interval span) {
  return span.length() > 0 ? span : Interval{span.end_seconds, span.start_seconds};
}

}  // namespace vrlt::reading::official
