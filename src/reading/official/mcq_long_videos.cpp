// LongVideoBench, LVBench, MLVU.
#include <array>

#include "reading/official/python_text.h"
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

}  // namespace vrlt::reading::official
