// The option that words and letters name (docs/spec/reading.md#order-of-a-choice).
#include <algorithm>
#include <set>

#include "reading/choice_lines.h"
#include "reading/contradiction.h"
#include "reading/lead_ins.h"

namespace vrlt::reading {
namespace {

Read<int64_t> letter_of(int64_t index, const Options& options) {
  if (index < options.size()) return index;
  return Reason::kLetterOutOfRange;
}

/// `2) C`, `1. C`
View without_list_number(View text) {
  size_t i = 0;
  while (is_digit(at(text, i))) ++i;
  if (i == 0 || !is_one_of(at(text, i), U".)") || !is_blank(at(text, i + 1))) return text;
  return trim(text.substr(i + 1));
}

/// A letter with its own text and nothing else.
std::optional<int64_t> letter_with_text(View text, const Options& options) {
  size_t i = skip_all(text, 0, U" \n\"'");
  if (is_opening(at(text, i))) i = skip_blanks(text, i + 1);
  if (!is_letter(at(text, i)) || is_word(at(text, i + 1)) || index_of(text[i]) >= options.size())
    return {};
  size_t begin = skip_blanks(text, i + 1);
  if (is_closing(at(text, begin))) begin = skip_blanks(text, begin + 1);
  if (is_one_of(at(text, begin), U").:],;|-")) ++begin;
  const auto rest = plain(text.substr(std::min(begin, text.size())));
  return !rest.empty() && rest == options.plain_text(index_of(text[i]))
             ? std::optional(index_of(text[i]))
             : std::nullopt;
}

/// What is all of the text: an option's words, a letter, a letter with its words, or letters alone.
Read<int64_t> read_whole(View text, const Options& options) {
  if (const auto option = options.word_for_word(text)) return *option;
  if (const auto letter = lone_letter(text)) return letter_of(*letter, options);
  if (const auto option = letter_with_text(text, options)) return *option;
  if (const auto letters = only_letters(text); !letters.empty()) {
    const bool one = std::all_of(letters.begin(), letters.end(),
                                 [&](int64_t letter) { return letter == letters.front(); });
    return one ? letter_of(letters.front(), options) : Reason::kAmbiguous;
  }
  if (const auto option = options.near(text)) return *option;
  return Reason::kNoOption;
}

/// Whether a letter of another option stands alone in [begin, end).
bool has_other_letter(View text, size_t begin, const Options& options, int64_t option) {
  for (size_t i = begin; i < text.size(); ++i)
    if (is_option_letter(text, i) && index_of(text[i]) != option &&
        index_of(text[i]) < options.size())
      return true;
  return false;
}

/// Another option's words are all of what stands behind a leading letter, or its first line.
bool says_other_text(View rest, const Options& options, int64_t option) {
  for (const auto text : {rest, rest.substr(0, rest.find(U'\n'))})
    if (const auto other = options.word_for_word(text); other && !options.are_equal(*other, option))
      return true;
  return false;
}

Read<int64_t> read_leading(View text, const LeadingLetter& leading, const Options& options) {
  const auto rest = trim(text.substr(leading.rest));
  if (says_other_text(rest, options, leading.index)) return Reason::kConflict;
  if (const size_t end = own_text_end(text, leading, options); end != kNone)
    return is_contradicted(text, options, leading.index, 0, end) ? Read<int64_t>(Reason::kAmbiguous)
                                                                 : leading.index;
  const size_t own = options.text_end(text, skip_blanks(text, leading.rest), leading.index);
  if (has_other_letter(text, own == kNone ? leading.rest : own, options, leading.index))
    return Reason::kAmbiguous;
  return is_negated(text, leading.letter) ? Read<int64_t>(Reason::kNegated) : leading.index;
}

/// A letter that is a line of its own is left to the lines.
bool is_line_of_its_own(View text) {
  const auto lines = lines_of(text);
  return lines.size() > 1 &&
         lone_letter(text.substr(lines[0].begin, lines[0].end - lines[0].begin)).has_value();
}

Read<int64_t> read_full_names(View text, const Options& options) {
  const auto names = options_in_full(text, options);
  if (names.empty()) return Reason::kNoOption;
  for (const auto& name : names)
    if (name.option != names[0].option) return Reason::kAmbiguous;
  return is_contradicted(text, options, names[0].option, names[0].begin, names[0].end)
             ? Read<int64_t>(Reason::kAmbiguous)
             : names[0].option;
}

/// Letters in brackets or announced.
Read<int64_t> read_named_letters(View text, const Options& options) {
  auto letters = letters_in_brackets(text);
  for (const auto& letter : announced_letters(text)) letters.push_back(letter);
  std::set<int64_t> said, denied;
  for (const auto& letter : letters) (letter.negated ? denied : said).insert(letter.index);
  if (said.empty()) return denied.empty() ? Reason::kNoOption : Reason::kNegated;
  const int64_t option = *said.begin();
  if (said.size() > 1 ||
      std::any_of(denied.begin(), denied.end(), [&](int64_t other) { return other != option; }))
    return Reason::kAmbiguous;
  if (denied.contains(option)) return Reason::kNegated;
  if (has_other_letter(text, 0, options, option)) return Reason::kAmbiguous;
  return letter_of(option, options);
}

/// What letters that stand alone say of an answer that names none.
Reason read_stray_letters(View text, const Options& options) {
  std::set<int64_t> letters;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!is_option_letter(text, i) || index_of(text[i]) >= options.size()) continue;
    if (is_negated(text, i)) return Reason::kNegated;
    letters.insert(index_of(text[i]));
  }
  return letters.size() > 1 ? Reason::kAmbiguous : Reason::kNoOption;
}

}  // namespace

Read<int64_t> read_choice_words(View text, const Options& options) {
  text = without_list_number(trim(text));
  const auto behind = without_lead_ins(text);
  for (const auto part : {text, behind})
    if (const auto read = read_whole(part, options); read.reason != Reason::kNoOption) return read;
  const bool lines = lines_of(text).size() > 1;
  if (!is_line_of_its_own(text) && !is_line_of_its_own(behind)) {
    const auto leading = leading_letter(behind, options);
    if (leading.letter) return read_leading(behind, *leading.letter, options);
    if (leading.out_of_range) return Reason::kLetterOutOfRange;
  }
  if (lines)
    if (const auto read = read_choice_lines(text, options); read.reason != Reason::kNoOption)
      return read;
  if (const auto read = read_full_names(text, options); read.reason != Reason::kNoOption)
    return read;
  if (const auto read = read_named_letters(text, options); read.reason != Reason::kNoOption)
    return read;
  return read_stray_letters(text, options);
}

Read<int64_t> read_long_choice(View text, const Options& options) {
  if (const auto read = read_outer_lines(text, options); read.reason != Reason::kNoOption)
    return read;
  return read_full_names(text, options);
}

}  // namespace vrlt::reading
