#include "vrlt/forecast/cards.h"

#include <charconv>
#include <string_view>

#include "vrlt/core/error.h"

namespace vrlt::forecast {
namespace {

struct Unit {
  std::string_view name;
  double bytes;
};
constexpr Unit kUnits[] = {{"GB", kGigabyte}, {"GiB", 1024.0 * 1024 * 1024}};
constexpr double kLeast = 1e8, kMost = 1e15;
constexpr int64_t kMostCards = 1 << 20;

/// The number that a text begins with, which is cut off; 0: none.
template <typename Number>
Number take_number(std::string_view& text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return 0;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return number;
}

/// 0: the text is none.
double bytes_of(std::string_view text) {
  const auto number = take_number<double>(text);
  for (const auto& unit : kUnits)
    if (text == unit.name) return number * unit.bytes;
  return 0;
}

}  // namespace

double parse_card(const std::string& text, const std::string& flag) {
  const double bytes = bytes_of(text);
  if (!(bytes >= kLeast && bytes <= kMost))
    throw ConfigError(
        concat(flag, ": \"", text, "\" is no size of a device, expected one such as 80GB"));
  return bytes;
}

Cards parse_cards(const std::string& text, const std::string& flag) {
  std::string_view rest = text;
  const auto count = take_number<int64_t>(rest);
  if (!rest.starts_with("x")) return {.bytes = parse_card(text, flag)};
  const double bytes = bytes_of(rest.substr(1));
  if (count < 1 || count > kMostCards || !(bytes >= kLeast && bytes <= kMost))
    throw ConfigError(
        concat(flag, ": \"", text, "\" names no cards, expected some such as 8x80GB"));
  return {.count = count, .bytes = bytes};
}

}  // namespace vrlt::forecast
