#include "reading/choice_lines.h"

#include <algorithm>

#include "reading/contradiction.h"
#include "reading/lead_ins.h"

namespace vrlt::reading {
namespace {

/// The option that a line is an answer by itself for.
Read<int64_t> read_line(View line, const Options& options) {
  const auto behind = without_lead_ins(line);
  for (const auto text : {line, behind}) {
    if (const auto option = options.word_for_word(text)) return *option;
    if (const auto option = options.near(text)) return *option;
    if (const auto letter = lone_letter(text))
      return *letter < options.size() ? Read<int64_t>(*letter) : Reason::kLetterOutOfRange;
    const auto leading = leading_letter(text, options).letter;
    if (leading && own_text_end(text, *leading, options) != kNone) return leading->index;
  }
  return Reason::kNoOption;
}

/// "or C": nothing but joining words and letters, one of them another one.
bool adds_a_letter(View line, int64_t option) {
  const auto letters = only_letters(line, 1);
  return std::any_of(letters.begin(), letters.end(),
                     [&](int64_t letter) { return letter != option; });
}

struct ReadLine {
  Line line;
  Read<int64_t> option;
};

Read<int64_t> agreed(View text, const std::vector<ReadLine>& lines, const Options& options) {
  const ReadLine* first = nullptr;
  for (const auto& line : lines) {
    if (!line.option) continue;
    if (first == nullptr) first = &line;
    if (!options.are_equal(*line.option, *first->option)) return Reason::kAmbiguous;
  }
  if (first == nullptr) {
    const bool beyond = std::any_of(lines.begin(), lines.end(), [](const ReadLine& line) {
      return line.option.reason == Reason::kLetterOutOfRange;
    });
    return beyond ? Reason::kLetterOutOfRange : Reason::kNoOption;
  }
  return is_contradicted(text, options, *first->option, first->line.begin, first->line.end)
             ? Read<int64_t>(Reason::kAmbiguous)
             : first->option;
}

}  // namespace

size_t own_text_end(View text, const LeadingLetter& leading, const Options& options) {
  size_t begin = skip_blanks(text, leading.rest);
  if (is_quote(at(text, begin))) ++begin;
  const size_t end = options.text_end(text, begin, leading.index);
  if (end == kNone) return kNone;
  const size_t behind = is_quote(at(text, end)) ? end + 1 : end;
  return behind >= text.size() || is_one_of(text[behind], U".!?;:\n\"'") ? behind : kNone;
}

Read<int64_t> read_choice_lines(View text, const Options& options) {
  std::vector<ReadLine> lines;
  for (const auto& line : lines_of(text))
    lines.push_back({line, read_line(text.substr(line.begin, line.end - line.begin), options)});
  const auto option = agreed(text, lines, options);
  if (!option) return option;
  for (const auto& line : lines)
    if (!line.option &&
        adds_a_letter(text.substr(line.line.begin, line.line.end - line.line.begin), *option))
      return Reason::kAmbiguous;
  return option;
}

Read<int64_t> read_outer_lines(View text, const Options& options) {
  const auto all = lines_of(text);
  std::vector<ReadLine> lines;
  for (const auto& line : {all.front(), all.back()})
    lines.push_back({line, read_line(text.substr(line.begin, line.end - line.begin), options)});
  return agreed(text, lines, options);
}

}  // namespace vrlt::reading
