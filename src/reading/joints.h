#pragma once

#include <optional>
#include <vector>

#include "reading/time_tokens.h"

namespace vrlt::reading {

/// What joins two times to a range.
enum class Joint {
  kSeparator,  ///< 12 - 18.
  kAnd,        ///< 12 and 18.
  kEndWord,    ///< 12, ends at 18.
  kAngle,      ///< <12> <18>.
};

/// What stands between two times that follow one another, if it joins them. Looks a bounded number
/// of tokens ahead. Source: docs/spec/reading.md#ranges.
std::optional<Joint> joint_between(const std::vector<Token>& tokens, size_t first, size_t second);

}  // namespace vrlt::reading
