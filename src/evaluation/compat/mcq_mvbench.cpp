#include "evaluation/compat/choice_readers.h"
#include "evaluation/compat/python_text.h"
#include "rewards/peer_choices.h"

namespace vrlt::evaluation::compat {

ChoiceReading read_mvbench_official(std::string_view response, const Question& question) {
  const auto whole = rewards::lower(response.substr(0, response.find(' ')));
  const auto first = replace_all(whole, ".", "");
  const auto fits = [&](size_t option) {
    const std::string label = {'(', static_cast<char>('a' + option), ')'};
    return contains(label, first) || contains(whole, label);
  };
  if (fits(static_cast<size_t>(question.answer))) return {.right = true};
  for (size_t option = 0; option < question.options.size(); ++option)
    if (fits(option)) return {};
  return {.failure = "no_option"};
}

ChoiceReading read_mvbench_lmms(std::string_view response, const Question& question) {
  const auto letter = rewards::read_mvbench_choice(response);
  if (!letter) return {.failure = "no_option"};
  return {*letter == question.letter(), std::string(1, *letter)};
}

}  // namespace vrlt::evaluation::compat
