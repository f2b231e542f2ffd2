#pragma once

#include <optional>

#include "reading/text.h"

namespace vrlt::reading {

struct UnescapedString {
  Text text;
  size_t end = 0;  ///< Behind its closing quote.
};

/// The string whose opening quote is at `i`, with JSON's escapes; any other escaped sign is itself.
/// None if it is never closed.
std::optional<UnescapedString> unescaped_string(View text, size_t i);

}  // namespace vrlt::reading
