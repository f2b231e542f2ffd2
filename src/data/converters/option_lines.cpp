#include "data/converters/option_lines.h"

#include <algorithm>

namespace vrlt::data {
namespace {

bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }

std::string lower(std::string_view text) {
  std::string result(text);
  for (auto& c : result)
    if (is_letter(c)) c = static_cast<char>(c - 'A' + 'a');
  return result;
}

char letter_of(size_t index) { return static_cast<char>('A' + index); }

/// The letter of an answer that is nothing but a letter with marks around it, or 0.
char bare_letter(std::string_view answer) {
  constexpr std::string_view kMarks = " \t.:)(][*";
  const auto begin = answer.find_first_not_of(kMarks);
  if (begin == std::string_view::npos || answer.find_last_not_of(kMarks) != begin) return 0;
  const char c = answer[begin];
  if (c >= 'a' && c <= 'z') return static_cast<char>(c - 'a' + 'A');
  return is_letter(c) ? c : '\0';
}

/// The only option that a predicate holds for.
template <typename Predicate>
std::optional<int64_t> only_option(const std::vector<std::string>& options,
                                   const Predicate& is_meant) {
  const auto found = std::find_if(options.begin(), options.end(), is_meant);
  if (found == options.end() || std::find_if(found + 1, options.end(), is_meant) != options.end())
    return {};
  return found - options.begin();
}

/// "What? A. a light B. a TV": where each letter stands behind a blank and before a mark and a
/// blank.
LetteredText split_in_line(const std::string& text) {
  LetteredText result;
  std::vector<size_t> begins;
  for (size_t at = 0; at + 2 < text.size(); ++at)
    if ((at == 0 || text[at - 1] == ' ' || text[at - 1] == '(') &&
        text[at] == letter_of(begins.size()) &&
        (text[at + 1] == '.' || text[at + 1] == ')' || text[at + 1] == ':') && text[at + 2] == ' ')
      begins.push_back(at > 0 && text[at - 1] == '(' ? at - 1 : at);
  if (begins.size() < 2) return {text, {}};
  result.question = without_blanks(std::string_view(text).substr(0, begins.front()));
  for (size_t i = 0; i < begins.size(); ++i) {
    const auto end = i + 1 < begins.size() ? begins[i + 1] : text.size();
    const auto option =
        parse_lettered_option(std::string_view(text).substr(begins[i], end - begins[i]));
    if (!option || option->text.empty()) return {text, {}};
    result.options.push_back(option->text);
  }
  return result;
}

/// The lines from `begin` to before `end`, joined.
std::string join_lines(const std::vector<std::string>& lines, size_t begin, size_t end) {
  std::string text;
  for (size_t i = begin; i < end; ++i) text += (i == begin ? "" : "\n") + lines[i];
  return std::string(without_blanks(text));
}

/// How many lines from `begin` on are the options A, B, ... in order.
size_t count_lettered(const std::vector<std::string>& lines, size_t begin) {
  size_t count = 0;
  while (begin + count < lines.size()) {
    const auto option = parse_lettered_option(lines[begin + count]);
    if (!option || option->text.empty() || option->label[0] != letter_of(count)) break;
    ++count;
  }
  return count;
}

/// Without a last line such as "Options:".
std::string without_announcement(const std::string& question) {
  const auto begin = question.rfind('\n');
  if (begin == std::string::npos) return question;
  const auto last = lower(without_blanks(std::string_view(question).substr(begin)));
  for (const char* word : {"options:", "choices:", "candidates:", "options", "choices"})
    if (last == word) return std::string(without_blanks(question.substr(0, begin)));
  return question;
}

}  // namespace

std::string_view without_blanks(std::string_view text) {
  constexpr const char* kBlanks = " \t\r\n";
  const auto begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::optional<LabelledOption> parse_lettered_option(std::string_view line) {
  line = without_blanks(line);
  const bool bracketed = line.starts_with('(') || line.starts_with('[');
  const char closing = !bracketed ? '\0' : line[0] == '(' ? ')' : ']';
  if (bracketed) line.remove_prefix(1);
  if (line.size() < 2 || !is_letter(line[0])) return {};
  const bool marked =
      bracketed ? line[1] == closing : line[1] == '.' || line[1] == ')' || line[1] == ':';
  if (!marked) return {};
  return LabelledOption{std::string(1, line[0]), std::string(without_blanks(line.substr(2)))};
}

std::optional<LabelledOption> parse_captioned_option(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || without_blanks(line.substr(0, colon)).empty()) return {};
  return LabelledOption{std::string(without_blanks(line.substr(0, colon))),
                        std::string(without_blanks(line.substr(colon + 1)))};
}

OptionTexts without_letters(const std::vector<std::string>& options) {
  OptionTexts result{.texts = options, .kept = {}};
  size_t lettered = 0;
  for (size_t i = 0; i < options.size(); ++i) {
    const auto option = parse_lettered_option(options[i]);
    if (option && option->label[0] == letter_of(i) && !option->text.empty()) {
      result.texts[i] = option->text;
      ++lettered;
    } else {
      result.kept.push_back(i);
    }
  }
  if (2 * lettered <= options.size()) return {.texts = options, .kept = {}};
  return result;
}

std::optional<int64_t> option_index(std::string_view answer,
                                    const std::vector<std::string>& options) {
  answer = without_blanks(answer);
  const auto by_text =
      only_option(options, [&](const auto& option) { return without_blanks(option) == answer; });
  const auto in_range = [&](char letter) {
    return letter != 0 && static_cast<size_t>(letter - 'A') < options.size();
  };
  if (const char letter = bare_letter(answer); in_range(letter)) {
    const int64_t index = letter - 'A';
    return !by_text || *by_text == index ? std::optional(index) : std::nullopt;
  }
  if (by_text) return by_text;
  if (const auto said = parse_lettered_option(answer); said && in_range(said->label[0])) {
    const int64_t index = said->label[0] - 'A';
    if (lower(said->text) == lower(without_blanks(options[static_cast<size_t>(index)])))
      return index;
  }
  if (answer.ends_with('.')) answer.remove_suffix(1);
  return only_option(options, [&](const auto& option) {
    auto text = without_blanks(option);
    if (text.ends_with('.')) text.remove_suffix(1);
    return !answer.empty() && lower(text) == lower(answer);
  });
}

LetteredText split_lettered(const std::string& question) {
  const auto text = std::string(without_blanks(question));
  const auto lines = split_lines(text);
  size_t first = lines.size();
  while (first > 0 && parse_lettered_option(lines[first - 1])) --first;
  std::vector<std::string> options;
  for (size_t i = first; i < lines.size(); ++i) options.push_back(lines[i]);
  const auto stripped = without_letters(options);
  if (options.size() < 2 || !stripped.kept.empty() || stripped.texts == options)
    return split_in_line(text);
  std::string asked;
  for (size_t i = 0; i < first; ++i) asked += (i == 0 ? "" : "\n") + lines[i];
  return {std::string(without_blanks(asked)), stripped.texts};
}

LetteredQuestion split_lettered_inside(const std::string& question) {
  if (auto [asked, options] = split_lettered(question); !options.empty())
    return {without_announcement(asked), std::move(options), ""};
  const auto lines = split_lines(std::string(without_blanks(question)));
  for (size_t begin = lines.size(); begin-- > 0;) {
    const auto count = count_lettered(lines, begin);
    if (count < 2) continue;
    LetteredQuestion result{without_announcement(join_lines(lines, 0, begin)),
                            {},
                            join_lines(lines, begin + count, lines.size())};
    for (size_t i = 0; i < count; ++i)
      result.options.push_back(parse_lettered_option(lines[begin + i])->text);
    return result;
  }
  return {question, {}, ""};
}

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

}  // namespace vrlt::data
