#include "reading/contradiction.h"

#include <algorithm>

#include "reading/letters.h"
#include "reading/phrases.h"

namespace vrlt::reading {
namespace {

constexpr Words kJoining = {U"or", U"and"};

/// "or", "and", `/`, `&` or `,` right before.
bool is_joined_before(View text, size_t begin) {
  const size_t i = skip_blanks_back(text, begin);
  if (is_one_of(before(text, i), U"/&,")) return true;
  for (const View word : kJoining)
    if (i >= word.size() && word_begins(text, i - word.size()) &&
        match(text, i - word.size(), word) == i)
      return true;
  return false;
}

/// "or", "and", `/` or `&` and a letter right behind.
bool is_joined_behind(View text, size_t end, int64_t option) {
  constexpr size_t kMostSigns = 4;
  size_t i = end;
  while (i - end < kMostSigns && is_one_of(at(text, i), U" \n,;.\"'")) ++i;
  size_t letter = kNone;
  if (is_one_of(at(text, i), U"/&"))
    letter = i + 1;
  else if (word_begins(text, i))
    letter = match_any(text, i, kJoining);
  if (letter == kNone) return false;
  letter = skip_all(text, letter, U" \n\"'([{<");
  return is_option_letter(text, letter) && index_of(text[letter]) != option;
}

/// Whether the letter behind a phrase is another option's.
bool announces_another(View text, size_t end, const Options& options, int64_t option) {
  const size_t i = skip_all(text, end, U" \n:=\"'([{<");
  return is_option_letter(text, i) && index_of(text[i]) < options.size() &&
         index_of(text[i]) != option;
}

bool is_announced_otherwise(View text, const Options& options, int64_t option) {
  const auto another = [&](const Phrase& phrase) {
    return announces_another(text, phrase.end, options, option);
  };
  const auto strong = find_strong_phrases(text), weak = find_weak_phrases(text);
  if (std::any_of(strong.begin(), strong.end(), another) ||
      std::any_of(weak.begin(), weak.end(), another))
    return true;
  for (size_t i = text.find_first_of(U"Ii"); i != View::npos;
       i = text.find_first_of(U"Ii", i + 1)) {
    const size_t end = word_begins(text, i) ? match(text, i, U"i choose") : kNone;
    if (end != kNone && announces_another(text, end, options, option)) return true;
  }
  return false;
}

}  // namespace

bool is_contradicted(View text, const Options& options, int64_t option, size_t begin, size_t end) {
  const auto full = options_in_full(text, options);
  if (std::any_of(full.begin(), full.end(),
                  [&](const FullName& name) { return name.option != option; }))
    return true;
  if (is_joined_before(text, begin) || is_joined_behind(text, end, option)) return true;
  if (is_announced_otherwise(text, options, option)) return true;
  const auto letters = letters_in_brackets(text);
  return std::any_of(letters.begin(), letters.end(), [&](const NamedLetter& letter) {
    return letter.index != option && letter.index < options.size() && !letter.negated;
  });
}

}  // namespace vrlt::reading
