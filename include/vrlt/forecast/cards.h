#pragma once

#include <cstdint>
#include <string>

namespace vrlt::forecast {

/// As devices and disks are sold.
inline constexpr double kGigabyte = 1e9;

/// Devices of one size, those of a machine beside each other.
struct Cards {
  int64_t count = 1;
  double bytes = 0;  ///< Of each.
  int64_t of_machine = 8;
};

/// Of "80GB", 80 * 10^9 bytes, or "80GiB", 80 * 2^30. @param flag  for the error. @throws
/// ConfigError.
double parse_card(const std::string& text, const std::string& flag);

/// Of "8x80GB", or of one card as above. @throws ConfigError.
Cards parse_cards(const std::string& text, const std::string& flag);

}  // namespace vrlt::forecast
