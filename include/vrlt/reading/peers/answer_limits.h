#pragma once

#include <cstddef>

namespace vrlt::reading::peers {

// Beyond these an answer is not read. No answer to a question about a video comes near; they bound
// the time that hostile text takes.
inline constexpr size_t kMaxAnswerBytes = 1 << 16;
inline constexpr size_t kMaxJsonBytes = 1 << 14;
inline constexpr size_t kMaxSpans = 4096;
inline constexpr size_t kMaxWords = 1024;  // their comparison takes the product of both sides

}  // namespace vrlt::reading::peers
