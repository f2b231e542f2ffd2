#include "evaluation/compat/choice_readers.h"
#include "evaluation/compat/python_text.h"
#include "rewards/peer_choices.h"

namespace vrlt::evaluation::compat {

ChoiceReading read_mvbench_official(std::string_view response, const Question& question) {
  const auto first = replace_all(rewards::lower(response.substr(0, response.find(' '))), ".", "");
  const auto whole = rewards::lower(response.substr(0, response.find(' ')));
  const std::string truth = {'(', rewards::to_lower(question.letter()), ')'};
  return {contains(truth, first) || contains(whole, truth)};
}

ChoiceReading read_mvbench_lmms(std::string_view response, const Question& question) {
  const auto letter = rewards::read_mvbench_choice(response);
  if (!letter) return {.failure = "no_option"};
  return {*letter == question.letter(), std::string(1, *letter)};
}

}  // namespace vrlt::evaluation::compat
