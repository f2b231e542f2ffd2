// Time-R1, Video-R1, OneThinker.
#include "reading/official/python_text.h"
#include "vrlt/reading/official/choice_readers.h"
#include "vrlt/reading/peers/tag_scan.h"
#include "vrlt/reading/peers/unicode_scan.h"

namespace vrlt::reading::official {
namespace {

/// The first answer block without white space around it; the whole response if there is none or it
/// is empty.
std::string_view answer_or_all(std::string_view response) {
  const auto block = peers::first_block(response, peers::kAnswer, peers::kAnswerEnd);
  const auto answer = block ? peers::unicode_trim(*block) : std::string_view();
  return answer.empty() ? peers::unicode_trim(response) : answer;
}

ChoiceReading reading_of(char letter, const Question& question) {
  return {letter == question.letter(), std::string(1, letter)};
}

}  // namespace

ChoiceReading read_last_parenthesis(std::string_view response, const Question& question) {
  if (response.empty()) return {.crash = true};
  for (size_t i = response.size(); i-- > 2;)
    if (response[i] == ')' && response[i - 2] == '(' && peers::is_upper(response[i - 1]))
      return reading_of(response[i - 1], question);
  return reading_of(response.front(), question);
}

ChoiceReading read_exact_tag(std::string_view response, const Question& question) {
  const auto answer = answer_or_all(response);
  const bool letter = answer.size() == 1 && peers::is_upper(answer.front());
  return letter ? reading_of(answer.front(), question)
                : ChoiceReading{.failure = Reason::kNoOption};
}

ChoiceReading read_first_character(std::string_view response, const Question& question) {
  const auto answer = answer_or_all(response);
  if (answer.empty() || !peers::is_letter(answer.front())) return {.failure = Reason::kNoOption};
  return reading_of(static_cast<char>(answer.front() & ~0x20), question);
}

}  // namespace vrlt::reading::official
