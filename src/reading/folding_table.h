#pragma once

#include <span>

namespace vrlt::reading {

/// How the code points of a range are folded.
enum class Fold : unsigned char {
  kText,         ///< All become `text`; "" takes them out.
  kShift,        ///< Each becomes itself minus `value`.
  kLetters,      ///< From the first on: `value`, `value` + 1, ...
  kInBrackets,   ///< The same in round brackets.
  kMathLetters,  ///< Rows of 26 capitals and 26 small letters.
  kMathDigits,   ///< Rows of ten digits.
};

struct FoldRange {
  char32_t first, last;
  Fold fold;
  const char32_t* text = U"";
  char32_t value = 0;
};

/// Every range, in the order in which later ones win.
std::span<const FoldRange> fold_ranges();

}  // namespace vrlt::reading
