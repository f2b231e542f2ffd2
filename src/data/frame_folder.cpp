#include "vrlt/data/frame_folder.h"

#include <algorithm>
#include <optional>

#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

/// Where the number stands in a pattern and how many digits it has at least.
struct NumberPlace {
  size_t begin = 0, end = 0;
  size_t digits = 1;
};

std::optional<NumberPlace> find_number(const std::string& pattern) {
  NumberPlace place{.begin = pattern.find('%')};
  if (place.begin == std::string::npos) return {};
  place.end = place.begin + 1;
  if (place.end + 1 < pattern.size() && pattern[place.end] == '0' &&
      pattern[place.end + 1] >= '1' && pattern[place.end + 1] <= '0' + kMaxFrameDigits) {
    place.digits = static_cast<size_t>(pattern[place.end + 1] - '0');
    place.end += 2;
  }
  if (place.end >= pattern.size() || pattern[place.end] != 'd') return {};
  ++place.end;
  return place;
}

}  // namespace

bool is_frame_pattern(const std::string& pattern) {
  const auto place = find_number(pattern);
  const auto is_forbidden = [](char c) {
    return c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
  };
  return place && pattern.find('%', place->end) == std::string::npos &&
         std::none_of(pattern.begin(), pattern.end(), is_forbidden);
}

std::string frame_name(const FrameFolder& folder, int64_t number) {
  const auto place = find_number(folder.pattern);
  VRLT_CHECK(place.has_value() && number >= 0, "pattern ", folder.pattern, ", frame ", number);
  auto digits = std::to_string(number);
  if (digits.size() < place->digits) digits.insert(0, place->digits - digits.size(), '0');
  return folder.pattern.substr(0, place->begin) + digits + folder.pattern.substr(place->end);
}

}  // namespace vrlt::data
