#pragma once

#include <vector>

#include "reading/text.h"
#include "vrlt/reading/reason.h"

namespace vrlt::reading {

/// A number in a sentence.
struct NumberAt {
  size_t begin = 0, end = 0;  ///< Sign included.
  double value = 0.0;
  Reason reason = Reason::kOk;  ///< kBadNumber: another notation, 3/4, 4:00, 1e1; kNumberTooLarge.
  bool ordinal = false;         ///< 2nd: it counts nothing.
};

/// The number that begins with a digit, or `.` and a digit, at `i`: digits in groups of three or
/// plain, a fraction. Glued to what is no word of letters alone it is a bad one.
NumberAt number_at(View text, size_t i);

/// The numbers that no word character touches, with their signs, and other notations.
std::vector<NumberAt> numbers_of(View text);

}  // namespace vrlt::reading
