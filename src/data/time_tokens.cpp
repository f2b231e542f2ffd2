#include "data/time_tokens.h"

#include <charconv>
#include <cmath>

namespace vrlt::data {
namespace {

/// Takes the first `<number>` out of a text.
std::optional<double> take_time(std::string& text) {
  for (size_t open = text.find('<'); open != std::string::npos; open = text.find('<', open + 1)) {
    double seconds = 0;
    const auto [end, error] =
        std::from_chars(text.data() + open + 1, text.data() + text.size(), seconds);
    const auto close = static_cast<size_t>(end - text.data());
    if (error != std::errc() || close >= text.size() || text[close] != '>' ||
        !std::isfinite(seconds))
      continue;
    text.erase(open, close + 1 - open);
    return seconds;
  }
  return {};
}

}  // namespace

std::optional<TimedText> split_time_tokens(const std::string& text) {
  auto rest = text;
  const auto start = take_time(rest), end = take_time(rest);
  if (!start || !end) return {};
  const auto first = rest.find_first_not_of(" \t\r\n");
  return TimedText{{*start, *end}, first == std::string::npos ? "" : rest.substr(first)};
}

std::string without_time_tokens(const std::string& text) {
  auto split = split_time_tokens(text);
  return split ? std::move(split->text) : text;
}

}  // namespace vrlt::data
