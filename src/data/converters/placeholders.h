#pragma once

#include <string>

namespace vrlt::data {

/// A text without what stood in it for files ("<video>", "<image>", "<|video_pad|>", ...).
struct PlacedText {
  std::string text;     ///< Without blanks around it.
  std::string order;    ///< Of what was taken out: v for a video, i for an image.
  bool inside = false;  ///< Whether one stood between words.
};

PlacedText take_placeholders(const std::string& text);

}  // namespace vrlt::data
