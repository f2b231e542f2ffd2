#include "data/converters/placeholders.h"

#include <algorithm>
#include <string_view>

#include "data/converters/option_lines.h"

namespace vrlt::data {
namespace {

/// Longest first.
constexpr std::pair<std::string_view, char> kPlaceholders[] = {
    {"<|vision_start|><|video_pad|><|vision_end|>", 'v'},
    {"<|vision_start|><|image_pad|><|vision_end|>", 'i'},
    {"<|video_pad|>", 'v'},
    {"<|image_pad|>", 'i'},
    {"<video>", 'v'},
    {"<image>", 'i'},
    {"<ImageHere>", 'i'}};

}  // namespace

PlacedText take_placeholders(const std::string& text) {
  PlacedText result;
  for (size_t at = 0; at < text.size();) {
    const auto rest = std::string_view(text).substr(at);
    const auto found =
        std::find_if(std::begin(kPlaceholders), std::end(kPlaceholders),
                     [&](const auto& known) { return rest.starts_with(known.first); });
    if (found == std::end(kPlaceholders)) {
      result.text += text[at++];
      continue;
    }
    result.order += found->second;
    at += found->first.size();
    result.inside = result.inside || (!without_blanks(result.text).empty() &&
                                      !without_blanks(rest.substr(found->first.size())).empty());
  }
  result.text = std::string(without_blanks(result.text));
  return result;
}

}  // namespace vrlt::data
