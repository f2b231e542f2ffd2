#include <algorithm>

#include "reading/official/python_text.h"
#include "vrlt/core/error.h"
#include "vrlt/core/random.h"
#include "vrlt/reading/official/choice_readers.h"

namespace vrlt::reading::official {
namespace {

std::string_view strip_marks(std::string_view text) {
  for (const char c : {',', '.', '!', '?', ';', ':', '\''}) {
    while (text.starts_with(c)) text.remove_prefix(1);
    while (text.ends_with(c)) text.remove_suffix(1);
  }
  return text;
}

char label(size_t i) { return static_cast<char>('A' + i); }

/// The options for which `form` occurs.
template <typename Form>
std::vector<size_t> options_in(std::string_view text, size_t count, const Form& form) {
  std::vector<size_t> found;
  for (size_t i = 0; i < count; ++i)
    if (contains(text, form(i))) found.push_back(i);
  return found;
}

/// The one whose form occurs last; the first if none does.
template <typename Form>
size_t last_of(const std::vector<size_t>& candidates, std::string_view text, const Form& form) {
  // -1 where it does not occur
  const auto place = [&](size_t i) { return static_cast<int64_t>(text.rfind(form(i))); };
  return *std::max_element(candidates.begin(), candidates.end(),
                           [&](size_t a, size_t b) { return place(a) < place(b); });
}

}  // namespace

ChoiceReading read_mmmu(std::string_view response, const Question& question) {
  const auto text = concat(" ", strip_marks(response), " ");
  const size_t count = question.options.size();
  const auto in_brackets = [](size_t i) { return concat("(", label(i), ")"); };
  const auto before_blank = [](size_t i) { return concat(label(i), " "); };
  const auto alone = [](size_t i) { return concat(" ", label(i), " "); };
  const auto before_dot = [](size_t i) { return concat(label(i), "."); };
  const auto by_text = [&](size_t i) { return peers::lower(question.options[i]); };
  const auto reading = [&](size_t i) {
    return ChoiceReading{static_cast<int64_t>(i) == question.answer, concat(label(i))};
  };

  if (const auto found = options_in(text, count, in_brackets); !found.empty())
    return reading(last_of(found, text, in_brackets));
  for (const auto& found :
       {options_in(text, count, before_blank), options_in(text, count, before_dot)})
    if (!found.empty()) return reading(last_of(found, text, alone));
  if (split_words(text).size() > 5) {
    const auto low = peers::lower(text);
    if (const auto found = options_in(low, count, by_text); !found.empty())
      return reading(last_of(found, low, by_text));
  }
  auto drawn = reading(random_bits(question.seed, stable_hash("mmmu"), 0, 0) % count);
  drawn.failure = Reason::kNoOption;
  return drawn;
}

}  // namespace vrlt::reading::official
