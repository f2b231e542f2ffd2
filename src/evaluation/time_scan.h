#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

// A single time in a text. Source: spec benchmarks.md 4.3, lexical elements.
namespace vrlt::evaluation::times {

struct Time {
  double seconds = 0.0;
  size_t end = 0;          ///< Place behind it, unit included.
  bool bad_clock = false;  ///< Minutes or seconds of 60 and more.
};

/// The character at i; NUL behind the end.
inline char at(std::string_view text, size_t i) { return i < text.size() ? text[i] : '\0'; }

size_t skip_spaces(std::string_view text, size_t i);

/// Place behind `word` (lower case) standing at i and not going on as a longer word; i if it does not.
size_t skip_word(std::string_view text, size_t i, std::string_view word);

/// A time at i: optional minus, clock or number, optional unit.
std::optional<Time> scan_time(std::string_view text, size_t i);

/// Whether a time may begin at i, by what stands before.
bool free_before(std::string_view text, size_t i);

/// Whether a time may end at i, by what follows.
bool free_behind(std::string_view text, size_t i);

}  // namespace vrlt::evaluation::times
