#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vrlt::data {

/// An option as benchmarks write it: "A. running", "(A) running" or "Sentence A: running".
struct LabelledOption {
  std::string label;  ///< "A", or "Sentence A".
  std::string text;
};

/// "A. text" with blanks around letter and text, also without a blank after the dot. Nothing if it does not begin with one capital letter and a dot.
std::optional<LabelledOption> parse_dotted_option(std::string_view line);
/// "(A) text".
std::optional<LabelledOption> parse_bracketed_option(std::string_view line);
/// "label: text".
std::optional<LabelledOption> parse_captioned_option(std::string_view line);

/// The lines of a text, without their line feeds.
std::vector<std::string> split_lines(const std::string& text);

}  // namespace vrlt::data
