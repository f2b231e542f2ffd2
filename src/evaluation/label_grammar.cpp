// Yes or no, and the labels of caption matching, in an answer zone (spec benchmarks.md 4.5).
#include <algorithm>

#include "evaluation/strict_grammar.h"
#include "evaluation/strict_text.h"
#include "rewards/text_scan.h"

namespace vrlt::evaluation {
namespace {

using Choice = Parsed<int64_t>;

/// "Sentence A: The man runs." in lower case: "sentence ", 'a', "the man runs".
struct Line {
  std::string word;
  char index = '\0';
  std::string sentence;
};

Line parse_line(std::string_view text) {
  const size_t colon = text.find(": "), blank = text.find(' ');
  if (colon == std::string_view::npos || blank + 2 != colon) return {.sentence = comparable(text)};
  return {rewards::lower(text.substr(0, blank + 1)), rewards::to_lower(text[blank + 1]), comparable(text.substr(colon + 2))};
}

/// The index that a text puts first, and what stands behind it.
struct Label {
  char index = '\0';
  bool with_word = false, marked = false;  ///< "sentence" before it; a bracket, dot or colon at it.
  std::string_view rest;
};

Label leading_label(std::string_view text, const std::string& word) {
  Label label;
  const auto take = [&](std::string_view set) {
    if (text.empty() || set.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
  };
  label.marked = take("([");
  if (rewards::starts_with_word(text, word) && !word.empty()) {
    text.remove_prefix(word.size());
    label.with_word = true;
  }
  if (text.empty() || !(rewards::is_letter(text.front()) || rewards::is_digit(text.front()))) return {};
  label.index = rewards::to_lower(text.front());
  text.remove_prefix(1);
  if (!text.empty() && (rewards::is_letter(text.front()) || rewards::is_digit(text.front()))) return {};
  const bool closed = take(")]"), dotted = take(".:");
  label.marked = label.marked || closed || dotted;
  label.rest = without_decoration(text);
  return label;
}

/// The line whose sentence this is. Failures: no_option, ambiguous.
Choice line_of_sentence(std::string_view text, const std::vector<Line>& lines) {
  const auto sentence = comparable(text);
  Choice found{{}, "no_option"};
  for (size_t i = 0; i < lines.size(); ++i)
    if (!sentence.empty() && lines[i].sentence == sentence) {
      if (found) return {{}, "ambiguous"};
      found = {static_cast<int64_t>(i), {}};
    }
  return found;
}

Choice labelled(const Label& label, const std::vector<Line>& lines) {
  const auto found = std::find_if(lines.begin(), lines.end(), [&](const Line& line) { return line.index == label.index; });
  if (found == lines.end()) {
    const bool same_kind = rewards::is_digit(label.index) == rewards::is_digit(lines.front().index);
    return {{}, same_kind && label.rest.empty() ? "letter_out_of_range" : "no_option"};
  }
  const Choice choice{found - lines.begin(), {}};
  if (label.rest.empty()) return choice;
  if (!label.with_word && !label.marked) return {{}, "no_option"};  // an article
  const auto sentence = line_of_sentence(label.rest, lines);
  if (!sentence) return {{}, sentence.failure};
  if (sentence.value != choice.value) return {{}, "conflict"};
  return choice;
}

}  // namespace

Parsed<std::string> read_yes_no(const std::string& zone) {
  if (zone.size() > kMaxLabelZoneBytes) return {{}, "no_yes_no"};
  const auto plain = unwrapped(zone);
  for (const std::string_view word : {"yes", "no"}) {
    if (!rewards::starts_with_word(plain, word)) continue;
    const bool ends = plain.size() == word.size() || std::string_view(",.;:!-").find(plain[word.size()]) != std::string_view::npos;
    if (ends) return {std::string(word), {}};
  }
  return {{}, "no_yes_no"};
}

Parsed<int64_t> read_caption(const std::string& zone, const std::vector<std::string>& texts) {
  if (zone.size() > kMaxLabelZoneBytes || texts.empty()) return {{}, "no_option"};
  std::vector<Line> lines;
  for (const auto& text : texts) lines.push_back(parse_line(text));
  const auto plain = unwrapped(zone);
  if (const auto sentence = line_of_sentence(plain, lines); sentence || sentence.failure == "ambiguous") return sentence;
  const auto label = leading_label(plain, lines.front().word);
  if (label.index == '\0') return {{}, "no_option"};
  return labelled(label, lines);
}

}  // namespace vrlt::evaluation
