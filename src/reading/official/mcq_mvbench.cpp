#include "reading/official/python_text.h"
#include "vrlt/reading/official/choice_readers.h"
#include "vrlt/reading/peers/choices.h"

namespace vrlt::reading::official {

ChoiceReading read_mvbench_official(std::string_view response, const Question& question) {
  const auto whole = peers::lower(response.substr(0, response.find(' ')));
  const auto first = replace_all(whole, ".", "");
  const auto fits = [&](size_t option) {
    const std::string label = {'(', static_cast<char>('a' + option), ')'};
    return contains(label, first) || contains(whole, label);
  };
  if (fits(static_cast<size_t>(question.answer))) return {.right = true};
  for (size_t option = 0; option < question.options.size(); ++option)
    if (fits(option)) return {};
  return {.failure = Reason::kNoOption};
}

ChoiceReading read_mvbench_lmms(std::string_view response, const Question& question) {
  const auto letter = peers::read_mvbench_choice(response);
  if (!letter) return {.failure = Reason::kNoOption};
  return {*letter == question.letter(), std::string(1, *letter)};
}

}  // namespace vrlt::reading::official
