#pragma once

#include <optional>
#include <string_view>

namespace vrlt::rewards {

/// A time at the front of `text`: `d+`, `d+.d+`, or clock `[h:]mm:ss[.f]`, then an optional unit of seconds.
struct TimeLiteral {
  double seconds = 0.0;
  size_t length = 0;  ///< Bytes taken, unit included.
  bool bad = false;   ///< It begins like a time and is none: 1:70, 1e2, 1,000, 12x.
};

/// Empty if `text` does not begin with a digit. @param before  the byte in front of it, 0 at the start.
std::optional<TimeLiteral> scan_time(std::string_view text, char before);

/// The whole text, trimmed, as one time.
std::optional<double> parse_time(std::string_view text);

}  // namespace vrlt::rewards
