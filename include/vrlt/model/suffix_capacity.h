#pragma once

#include <cstdint>

namespace vrlt::model {

/// Room that the suffixes of a KvCache have once they hold so many tokens: it begins with 16, and
/// doubles.
constexpr int64_t suffix_capacity(int64_t tokens) {
  int64_t capacity = 16;
  while (capacity < tokens) capacity *= 2;
  return capacity;
}

}  // namespace vrlt::model
