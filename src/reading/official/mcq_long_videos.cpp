// LongVideoBench, LVBench, MLVU, VideoMMMU.
#include <array>
#include <vector>

#include "reading/official/python_text.h"
#include "vrlt/core/error.h"
#include "vrlt/reading/official/choice_readers.h"
#include "vrlt/reading/peers/unicode_scan.h"

namespace vrlt::reading::official {
namespace {

constexpr std::array<std::string_view, 8> kLeadIns = {
    "The best answer is", "The correct answer is", "The answer is", "The answer",
    "The best option is", "The correct option is", "Best answer:",  "Best option:"};

ChoiceReading reading_of(std::string_view option, const Question& question) {
  return {option == std::string_view(std::string(1, question.letter())), std::string(option)};
}

/// Python's text.split(mark)[0].
std::string_view before(std::string_view text, char mark) {
  return text.substr(0, text.find(mark));
}

/// The first character, of however many bytes.
std::string_view first_character(std::string_view text) {
  size_t end = text.empty() ? 0 : 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
  return text.substr(0, end);
}

/// Python's strip(c) for each of these in turn.
std::string_view strip_each(std::string_view text) {
  for (const char c : {',', '.', '!', '?', ';', ':', '\''}) {
    while (text.starts_with(c)) text.remove_prefix(1);
    while (text.ends_with(c)) text.remove_suffix(1);
  }
  return text;
}

/// The letters of a question that some form of holds, in order.
using Forms = std::string (*)(char letter);
void add_letters(const std::string& text, const Question& question, Forms form,
                 std::vector<char>& letters) {
  for (size_t i = 0; i < question.options.size(); ++i)
    if (const auto letter = static_cast<char>('A' + i);
        text.find(form(letter)) != std::string::npos)
      letters.push_back(letter);
}

std::string with_period(char letter) { return {letter, '.'}; }
std::string with_colon(char letter) { return {letter, ':'}; }
std::string in_brackets(char letter) { return {'(', letter, ')'}; }
std::string before_blank(char letter) { return {letter, ' '}; }
std::string between_blanks(char letter) { return {' ', letter, ' '}; }

/// Where the last of a form stands; -1: nowhere, as Python's rfind.
int64_t last_place(const std::string& text, const std::string& form) {
  const auto place = text.rfind(form);
  return place == std::string::npos ? -1 : static_cast<int64_t>(place);
}

/// The first of the letters whose place is the largest.
template <typename Place>
char last_of(const std::vector<char>& letters, const Place& place) {
  char best = letters.front();
  for (const char letter : letters)
    if (place(letter) > place(best)) best = letter;
  return best;
}

}  // namespace

ChoiceReading read_longvideobench(std::string_view response, const Question& question) {
  std::string text(peers::unicode_trim(response));
  for (const auto lead_in : kLeadIns) text = replace_all(text, lead_in, "");
  const size_t found = text.find_first_of("ABCDE");
  if (found != std::string::npos)
    return reading_of(std::string_view(text).substr(found, 1), question);
  const char guess = static_cast<char>('A' + question.seed % question.options.size());
  auto reading = reading_of(std::string(1, guess), question);
  reading.failure = Reason::kNoOption;
  return reading;
}

ChoiceReading read_lvbench(std::string_view response, const Question& question) {
  auto answer = peers::unicode_trim(before(peers::unicode_trim(response), ')'));
  if (const size_t bracket = answer.find('('); bracket != std::string_view::npos)
    answer = peers::unicode_trim(before(answer.substr(bracket + 1), '('));
  const auto option = first_character(before(answer, ' '));
  if (option.empty()) return {.failure = Reason::kNoOption};
  return reading_of(option, question);
}

ChoiceReading read_mlvu(std::string_view response, const Question& question) {
  auto answer = peers::unicode_trim(response);
  if (answer.starts_with('(')) answer.remove_prefix(1);
  const auto option = before(answer, ')');
  if (option.size() != 1 || !peers::is_upper(option.front())) return {.failure = Reason::kNoOption};
  return reading_of(option, question);
}

ChoiceReading read_videommmu(std::string_view response, const Question& question) {
  const auto text = concat(" ", strip_each(response), " ");
  std::vector<char> letters;
  add_letters(text, question, with_period, letters);
  Forms form = letters.empty() ? with_colon : with_period;
  add_letters(text, question, with_colon, letters);
  if (letters.empty()) add_letters(text, question, form = in_brackets, letters);
  if (letters.empty()) {
    add_letters(text, question, before_blank, letters);
    form = between_blanks;  // where several are compared
  }
  if (!letters.empty()) {
    const char letter = last_of(letters, [&](char c) { return last_place(text, form(c)); });
    return reading_of(std::string(1, letter), question);
  }
  constexpr size_t kFewWords = 5;
  if (split_words(text).size() <= kFewWords) return {.failure = Reason::kNoOption};
  const auto low = peers::lower(text);
  const auto option = [&](char c) {
    return peers::lower(question.options[static_cast<size_t>(c - 'A')]);
  };
  for (size_t i = 0; i < question.options.size(); ++i)
    if (const auto letter = static_cast<char>('A' + i);
        low.find(option(letter)) != std::string::npos)
      letters.push_back(letter);
  if (letters.empty()) return {.failure = Reason::kNoOption};
  const char letter = last_of(letters, [&](char c) { return last_place(low, option(c)); });
  return reading_of(std::string(1, letter), question);
}

}  // namespace vrlt::reading::official
