#include <algorithm>

#include "reading/official/python_text.h"
#include "vrlt/reading/official/choice_readers.h"
#include "vrlt/reading/peers/tag_scan.h"
#include "vrlt/reading/peers/unicode_scan.h"

namespace vrlt::reading::official {
namespace {

/// Whether one of `letters` stands alone in the lower-case characters: the first that does, or NUL.
char first_alone(std::string_view text, std::string_view letters) {
  for (size_t i = 0; i < text.size(); ++i)
    if (letters.find(text[i]) != std::string_view::npos && is_boundary(text, i) &&
        is_boundary(text, i + 1))
      return text[i];
  return '\0';
}

std::string_view without_marks(std::string_view word) {
  constexpr std::string_view kPunctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
  const size_t begin = word.find_first_not_of(kPunctuation);
  return begin == std::string_view::npos
             ? std::string_view()
             : word.substr(begin, word.find_last_not_of(kPunctuation) - begin + 1);
}

bool any_long_word_in(std::string_view option, std::string_view text) {
  for (const auto word : split_words(option))
    if (const auto core = without_marks(word); core.size() > 2 && contains(text, core)) return true;
  return false;
}

}  // namespace

ChoiceReading read_mmvu(std::string_view response, const Question& question) {
  const auto text = peers::lower(peers::unicode_trim(response));
  const auto characters = characters_of(text);
  const char letter = peers::to_lower(question.letter());
  const auto option = peers::lower(peers::unicode_trim(question.text()));
  const char first = first_alone(characters, "abcde");
  ChoiceReading reading{.option =
                            first == '\0' ? "" : std::string(1, static_cast<char>(first & ~0x20))};
  // Its first test, that the first letter alone is the right one, is within the second: that the
  // right one stands alone.
  reading.right = first_alone(characters, std::string_view(&letter, 1)) != '\0' ||
                  contains(text, option) ||
                  (contains(text, std::string_view(&letter, 1)) && any_long_word_in(option, text));
  if (!reading.right && first == '\0') reading.failure = Reason::kNoOption;
  return reading;
}

ChoiceReading read_final_answer(std::string_view response, const Question& question) {
  constexpr std::string_view kPhrase = "final answer is", kBoxed = "\\boxed{",
                             kMarks = ": $*_`\"'([{\t\r\n";
  const size_t phrase = peers::find_last(peers::lower(response), kPhrase);
  if (phrase == std::string_view::npos) return {.failure = Reason::kNoOption};
  auto rest = response.substr(phrase + kPhrase.size());
  const auto skip_marks = [&] {
    rest.remove_prefix(std::min(rest.find_first_not_of(kMarks), rest.size()));
  };
  skip_marks();
  if (rest.starts_with(kBoxed)) {
    rest.remove_prefix(kBoxed.size());
    skip_marks();
  }
  const bool alone =
      !rest.empty() && peers::is_letter(rest.front()) && (rest.size() == 1 || !is_word(rest[1]));
  if (!alone) return {.failure = Reason::kNoOption};
  const auto letter = static_cast<char>(rest.front() & ~0x20);
  return {letter == question.letter(), std::string(1, letter)};
}

}  // namespace vrlt::reading::official
