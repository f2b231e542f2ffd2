#pragma once

#include <optional>
#include <vector>

#include "reading/text.h"
#include "vrlt/reading/reason.h"

namespace vrlt::reading {

/// What the number of a time counts.
enum class Unit {
  kPlain,  ///< Not said.
  kSeconds,
  kMinutes,
  kHours,
  kBad,    ///< Frames, milliseconds, shares.
  kClock,  ///< 1:02:03.
  kSum,    ///< 1 min 20 s.
};

/// A time as a text states it.
struct Time {
  size_t begin = 0, end = 0;  ///< In the text, sign and unit included.
  double seconds = 0.0;       ///< By its unit; plain numbers as seconds.
  Unit unit = Unit::kPlain;
  Reason bad = Reason::kOk;  ///< kBadClock or kBadNumber: it states none.
  bool too_large = false;    ///< More than 15 whole digits.
  bool negative = false;     ///< A sign, also of 0.
  bool angle = false;        ///< It stands in `<` and `>`.
};

/// What the text of a number, without unit, says: digits with an optional fraction, or a clock.
Time time_of_blob(View blob);

/// The times that begin at `i`, where a digit or `.` and a digit stands: several where commas
/// divide them, none bad. A word that the number begins (2nd, 1e2) is one bad number. Source:
/// docs/spec/reading.md#times.
std::vector<Time> times_at(View text, size_t i);

/// One time in a list or object, whose numbers take no comma and may have an exponent. None if no
/// number begins at `i`.
std::optional<Time> list_time_at(View text, size_t i);

/// Whether a number may begin here.
inline bool number_begins(View text, size_t i) {
  return is_digit(at(text, i)) || (at(text, i) == '.' && is_digit(at(text, i + 1)));
}

}  // namespace vrlt::reading
