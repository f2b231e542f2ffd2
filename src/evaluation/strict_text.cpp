#include "evaluation/strict_text.h"

#include "rewards/text_scan.h"
#include "vrlt/core/error.h"
#include "vrlt/io/json.h"

namespace vrlt::evaluation {

using rewards::is_space;

std::string_view without_decoration(std::string_view text) {
  constexpr std::string_view kDecoration = "*_`\"'";
  const auto drop = [&](char c) { return is_space(c) || kDecoration.find(c) != std::string_view::npos; };
  while (!text.empty() && drop(text.front())) text.remove_prefix(1);
  while (!text.empty() && drop(text.back())) text.remove_suffix(1);
  return text;
}

std::string unwrapped(std::string_view zone) {
  auto text = without_decoration(rewards::strip_code_fence(zone));
  constexpr std::string_view kBoxed = "\\boxed{";
  if (text.starts_with(kBoxed) && text.ends_with('}')) text = text.substr(kBoxed.size(), text.size() - kBoxed.size() - 1);
  if (text.starts_with('{')) {
    try {
      const auto json = io::parse_json(text, "answer", {.max_bytes = kMaxLabelZoneBytes, .max_depth = 8});
      for (const char* key : {"answer", "option", "choice"})
        if (json.contains(key)) return json[key].is_string() ? json[key].get<std::string>() : std::string();
      return {};
    } catch (const DataError&) {
      return std::string(text);
    }
  }
  return std::string(text);
}

std::string comparable(std::string_view text) {
  text = without_decoration(text);
  if (text.ends_with('.')) text = rewards::trim(text.substr(0, text.size() - 1));
  std::string result;
  for (const char c : text) {
    if (!is_space(c))
      result += rewards::to_lower(c);
    else if (!result.ends_with(' '))
      result += ' ';
  }
  return result;
}

}  // namespace vrlt::evaluation
