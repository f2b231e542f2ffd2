#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <tuple>

#include "reading/official/python_text.h"
#include "vrlt/core/error.h"
#include "vrlt/reading/official/choice_readers.h"
#include "vrlt/reading/peers/unicode_scan.h"

namespace vrlt::reading::official {
namespace {

// Two of the lead-ins are strings that a missing comma has fused; they never occur.
constexpr std::array<std::string_view, 6> kLeadIns = {"The best answer is",
                                                      "The correct answer is",
                                                      "The answer is",
                                                      "The answer",
                                                      "The best option isThe correct option is",
                                                      "Best answer:Best option:"};
constexpr std::array<std::string_view, 2> kMoreLeadIns = {"Answer:", "Option:"};

ChoiceReading letter_reading(std::optional<char> letter, const Question& question) {
  if (!letter) return {.failure = Reason::kNoOption};
  return {*letter == question.letter(), std::string(1, *letter)};
}

ChoiceReading first_capital(std::string_view response, std::span<const std::string_view> more,
                            const Question& question) {
  std::string text(peers::unicode_trim(response));
  for (const auto lead_in : kLeadIns) text = replace_all(text, lead_in, "");
  for (const auto lead_in : more) text = replace_all(text, lead_in, "");
  // The source also gives up on more than ten words without a letter, which changes nothing.
  const size_t found = text.find_first_of("ABCD");
  return letter_reading(found == std::string::npos ? std::nullopt : std::optional(text[found]),
                        question);
}

constexpr std::string_view kPhrases[] = {"the answer is",
                                         "answer is",
                                         "the correct answer is",
                                         "correct answer is",
                                         "the best answer is",
                                         "best answer is",
                                         "the correct option is",
                                         "correct option is",
                                         "the best option is",
                                         "best option is",
                                         "the choice is",
                                         "choice is",
                                         "the correct choice is",
                                         "correct choice is",
                                         "i choose",
                                         "i select",
                                         "i pick",
                                         "my answer is",
                                         "my choice is",
                                         "옵션",
                                         "정답은",
                                         "답은",
                                         "답:",
                                         "答案是",
                                         "答案为",
                                         "选",
                                         "答えは"};

/// A letter as the ranked extractor finds it: how surely its form is an answer, then how far
/// behind.
struct Ranked {
  int priority;
  size_t place;
  char letter;
};

std::string_view strip_each(std::string_view text) {
  for (const char c : {',', '.', '!', '?', ';', ':', '\'', '"'}) {
    while (text.starts_with(c)) text.remove_prefix(1);
    while (text.ends_with(c)) text.remove_suffix(1);
  }
  return text;
}

bool is_alpha(char c) { return peers::is_letter(c) || c == kWideLetter; }

/// Candidates of one letter. @param text  between two blanks, as characters.
std::vector<Ranked> candidates_of(char letter, std::string_view text,
                                  std::span<const size_t> phrase_ends) {
  std::vector<Ranked> found;
  const auto last = [&](const std::string& form, int priority) {
    if (const size_t place = text.rfind(form); place != std::string_view::npos)
      found.push_back({priority, place, letter});
  };
  last({'(', letter, ')'}, 6);
  last({letter, '.'}, 5);
  last({letter, ':'}, 4);
  last({letter, ')'}, 3);
  last({letter, ' '}, 2);
  for (const size_t end : phrase_ends)
    if (const size_t place = text.find(letter, end); place != std::string_view::npos)
      found.push_back({7, place, letter});
  const auto whole = peers::trim(text);
  if (whole.starts_with(letter) && !is_alpha(at(whole, 1))) found.push_back({10, 0, letter});
  if (whole.ends_with(letter) && (whole.size() == 1 || !is_alpha(whole[whole.size() - 2])))
    found.push_back({9, text.size() - 1, letter});
  return found;
}

/// Where the phrases that announce an answer end in the characters of `text`, the first of each.
std::vector<size_t> phrase_ends(std::string_view text) {
  std::vector<size_t> ends;
  const auto low = peers::lower(text);
  for (const auto phrase : kPhrases)
    if (const size_t place = low.find(phrase); place != std::string::npos)
      ends.push_back(characters_of(text.substr(0, place + phrase.size())).size());
  return ends;
}

}  // namespace

ChoiceReading read_videomme(std::string_view response, const Question& question) {
  return first_capital(response, {}, question);
}

ChoiceReading read_videomme_vlmevalkit(std::string_view response, const Question& question) {
  return first_capital(response, kMoreLeadIns, question);
}

ChoiceReading read_ranked(std::string_view response, const Question& question) {
  const auto bytes = concat(" ", strip_each(peers::unicode_trim(response)), " ");
  const auto text = characters_of(bytes);
  const auto ends = phrase_ends(bytes);
  std::vector<Ranked> found;
  for (const char letter : {'A', 'B', 'C', 'D'}) {
    const auto of_letter = candidates_of(letter, text, ends);
    found.insert(found.end(), of_letter.begin(), of_letter.end());
  }
  if (found.empty())
    for (const char letter : {'A', 'B', 'C', 'D'})
      if (const size_t place = text.rfind(letter); place != std::string::npos)
        found.push_back({0, place, letter});
  if (found.empty()) return {.failure = Reason::kNoOption};
  // The sort of the source is stable and in descending order: of equals the letter that comes
  // first.
  const auto best =
      std::max_element(found.begin(), found.end(), [](const Ranked& a, const Ranked& b) {
        return std::tie(a.priority, a.place) < std::tie(b.priority, b.place);
      });
  return letter_reading(best->letter, question);
}

}  // namespace vrlt::reading::official
