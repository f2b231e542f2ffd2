#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vrlt::data {

/// An option as annotations write it: "A. running", "(A) running" or "Sentence A: running".
struct LabelledOption {
  std::string label;  ///< "A", or "Sentence A".
  std::string text;
};

std::string_view without_blanks(std::string_view text);

/// "A. text", "A) text", "(A) text", "[A] text", "A: text", with blanks around letter and text,
/// also without a blank behind the mark. Nothing if it does not begin with one capital letter and a
/// mark.
std::optional<LabelledOption> parse_lettered_option(std::string_view line);
/// "label: text".
std::optional<LabelledOption> parse_captioned_option(std::string_view line);

/// Texts of options without their letters.
struct OptionTexts {
  std::vector<std::string> texts;
  /// Options that keep what they begin with: it is not the letter of their place.
  std::vector<size_t> kept;
};

/// Takes off the letters where most of the options (more than half) begin with that of their place,
/// in any spelling; else all stay as they stand.
OptionTexts without_letters(const std::vector<std::string>& options);

/// The option that an answer means: a letter in any spelling ("B", " B ", "B.", "(B)", "b"), a
/// letter with the option's text, or the text itself. Nothing if it is none of them, or means one
/// option as a letter and another as a text.
std::optional<int64_t> option_index(std::string_view answer,
                                    const std::vector<std::string>& options);

/// A question whose options stand in it.
struct LetteredText {
  std::string question;
  std::vector<std::string> options;  ///< Empty: the whole text is the question.
};

/// Takes lettered options (A, B, ... in order, at least two) off the end of a question: lines of
/// their own, or all in its last line.
LetteredText split_lettered(const std::string& question);

/// A question whose options stand in it, and what stands behind them.
struct LetteredQuestion {
  std::string question;
  std::vector<std::string> options;  ///< Empty: the whole text is the question.
  std::string behind;                ///< How to answer, mostly.
};

/// As split_lettered; also where lines without letters follow the options. A last line of the
/// question that only announces them ("Options:") goes too.
LetteredQuestion split_lettered_inside(const std::string& question);

/// The lines of a text, without their line feeds.
std::vector<std::string> split_lines(const std::string& text);

}  // namespace vrlt::data
