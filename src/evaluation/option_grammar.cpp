// The option an answer zone names (spec benchmarks.md 4.4), and option and span of a grounded answer.
#include <algorithm>
#include <set>

#include "evaluation/strict_grammar.h"
#include "evaluation/strict_text.h"
#include "rewards/text_scan.h"

namespace vrlt::evaluation {
namespace {

using rewards::is_digit, rewards::is_letter, rewards::is_space, rewards::is_upper;
using Choice = Parsed<int64_t>;

char at(std::string_view text, size_t i) { return i < text.size() ? text[i] : '\0'; }
bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80; }
char upper(char c) { return static_cast<char>(c & ~0x20); }

Choice label(char letter, size_t num_options) {
  const int64_t index = upper(letter) - 'A';
  if (index >= static_cast<int64_t>(num_options)) return {{}, "letter_out_of_range"};
  return {index, {}};
}

/// Rule 1: a lone letter, perhaps in brackets, perhaps with one mark behind it.
std::optional<char> lone_letter(std::string_view text) {
  if (text.size() > 1 && std::string_view(".:,;").find(text.back()) != std::string_view::npos)
    text = without_decoration(text.substr(0, text.size() - 1));
  if (text.starts_with('(') || text.starts_with('[')) text.remove_prefix(1);
  if (text.ends_with(')') || text.ends_with(']')) text.remove_suffix(1);
  if (text.size() != 1 || !is_letter(text.front())) return {};
  return text.front();
}

/// Rule 2: letters and what joins them, nothing else.
bool only_letters(std::string_view text) {
  int letters = 0;
  for (size_t i = 0; i < text.size();) {
    if (is_letter(text[i])) {
      size_t end = i;
      while (is_letter(at(text, end))) ++end;
      const auto word = rewards::lower(text.substr(i, end - i));
      if (word.size() == 1)
        ++letters;
      else if (word != "and" && word != "or")
        return false;
      i = end;
    } else if (is_space(text[i]) || text[i] == ',' || text[i] == '/' || text[i] == '&') {
      ++i;
    } else {
      return false;
    }
  }
  return letters > 1;
}

/// Rule 3: the letter of "(X) text", "X) text", "X. text", "X: text", and where the text begins.
std::optional<std::pair<char, size_t>> leading_letter(std::string_view text) {
  const bool bracketed = at(text, 0) == '(' || at(text, 0) == '[';
  const size_t i = bracketed ? 1 : 0;
  if (!is_letter(at(text, i))) return {};
  const char mark = at(text, i + 1);
  const bool closed = mark == ')' || mark == ']';
  if (bracketed ? !closed : mark != ')' && mark != '.' && mark != ':') return {};
  size_t rest = i + 2;
  if (mark == '.' && is_letter(at(text, rest)) && at(text, rest + 1) == '.') return {};  // initials
  while (is_space(at(text, rest))) ++rest;
  if (rest >= text.size()) return {};
  return std::pair(text[i], rest);
}

/// The upper-case letter that is announced behind "answer", "option" or "choice" ending at i.
std::optional<char> announced_letter(std::string_view text, size_t i) {
  const auto skip = [&](std::string_view set) {
    while (i < text.size() && (is_space(text[i]) || set.find(text[i]) != std::string_view::npos)) ++i;
  };
  skip("");
  if (rewards::lower(text.substr(i, 2)) == "is" && !is_word(at(text, i + 2))) i += 2;
  skip(":*([");
  const char letter = at(text, i);
  if (!is_upper(letter) || is_word(at(text, i + 1))) return {};
  size_t next = i + 1;
  while (is_space(at(text, next))) ++next;
  if (letter == 'A' && next > i + 1 && is_letter(at(text, next))) return {};  // the article
  return letter;
}

/// Letters that a text puts forward: "(X)", and X behind answer, option or choice.
std::set<char> named_letters(std::string_view text) {
  std::set<char> letters;
  for (size_t i = 0; i + 2 < text.size(); ++i)
    if (text[i] == '(' && is_upper(text[i + 1]) && text[i + 2] == ')') letters.insert(text[i + 1]);
  const auto low = rewards::lower(text);
  for (const std::string_view word : {"answer", "option", "choice"})
    for (size_t i = low.find(word); i != std::string::npos; i = low.find(word, i + word.size()))
      if (const auto letter = announced_letter(text, i + word.size())) letters.insert(*letter);
  return letters;
}

/// Indices of the options of this text.
std::vector<int64_t> options_equal_to(std::string_view text, const std::vector<std::string>& options) {
  std::vector<int64_t> equal;
  const auto wanted = comparable(text);
  for (size_t i = 0; i < options.size(); ++i)
    if (!wanted.empty() && comparable(options[i]) == wanted) equal.push_back(static_cast<int64_t>(i));
  return equal;
}

Choice leading_choice(char letter, std::string_view rest, const std::vector<std::string>& options) {
  const auto choice = label(letter, options.size());
  if (!choice) return choice;
  const auto equal = options_equal_to(rest, options);
  if (!equal.empty() && std::find(equal.begin(), equal.end(), *choice.value) == equal.end()) return {{}, "conflict"};
  for (const char other : named_letters(rest))
    if (other != upper(letter) && label(other, options.size())) return {{}, "ambiguous"};
  return choice;
}

}  // namespace

Parsed<int64_t> read_option(const std::string& zone, const std::vector<std::string>& options) {
  if (zone.size() > kMaxLabelZoneBytes) return {{}, "no_option"};
  const auto plain = unwrapped(zone);
  const auto text = without_decoration(plain);
  if (const auto letter = lone_letter(text)) return label(*letter, options.size());
  if (only_letters(text)) return {{}, "ambiguous"};
  if (const auto leading = leading_letter(text)) return leading_choice(leading->first, text.substr(leading->second), options);
  const auto letters = named_letters(text);
  if (letters.size() > 1) return {{}, "ambiguous"};
  if (letters.size() == 1) return label(*letters.begin(), options.size());
  const auto equal = options_equal_to(text, options);
  if (equal.size() > 1) return {{}, "ambiguous"};
  if (equal.size() == 1) return {equal.front(), {}};
  return {{}, "no_option"};
}

GroundedReading read_grounded_answer(const std::string& zone, const std::vector<std::string>& options) {
  const auto text = rewards::strip_code_fence(zone);
  if (text.starts_with('{')) return {read_option(zone, options), read_spans(zone)};
  // The span begins at the first digit or at the bracket that opens it; the option is what stands before.
  size_t begin = 0;
  while (begin < text.size() && !is_digit(text[begin]) && !(text[begin] == '[' && !is_letter(at(text, begin + 1)))) ++begin;
  while (begin > 0 && (text[begin - 1] == '(' || text[begin - 1] == '<' || text[begin - 1] == '-')) --begin;
  auto option = text.substr(0, begin);
  while (!option.empty() && (is_space(option.back()) || option.back() == ',' || option.back() == ';' || option.back() == '-'))
    option.remove_suffix(1);
  const auto span = text.substr(begin);
  return {read_option(std::string(option), options), span.empty() ? Parsed<std::vector<Interval>>{{}, "missing"} : read_spans(std::string(span))};
}

GroundedReading read_grounded_response(std::string_view response, const std::vector<std::string>& options) {
  const auto answer = answer_zone(response);
  const auto glue = glue_zone(response);
  if (glue.failure == "missing") {
    if (!answer) return {{{}, answer.failure}, {{}, answer.failure}};
    return read_grounded_answer(*answer.value, options);
  }
  GroundedReading reading;
  reading.option = answer ? read_option(*answer.value, options) : Parsed<int64_t>{{}, answer.failure};
  reading.spans = glue ? read_spans(*glue.value) : Parsed<std::vector<Interval>>{{}, glue.failure};
  return reading;
}

}  // namespace vrlt::evaluation
