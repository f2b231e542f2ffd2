#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "reading/options.h"
#include "reading/text.h"

// How a text names a letter of the options. Source: docs/spec/reading.md#letters.
namespace vrlt::reading {

/// 0 for A and a.
inline int64_t index_of(char32_t letter) { return static_cast<int64_t>(lower(letter) - 'a'); }

/// Whether the letter at `i` is a word by itself, and no part of initials.
bool stands_alone(View text, size_t i);
/// Whether it is the English article or pronoun.
bool is_article(View text, size_t i);
/// Both: it may name an option.
inline bool is_option_letter(View text, size_t i) {
  return is_letter(at(text, i)) && stands_alone(text, i) && !is_article(text, i);
}
/// Whether a bracket opens right before it and one closes right behind.
bool is_in_brackets(View text, size_t i);

/// The letter that is the whole text but brackets and marks.
std::optional<int64_t> lone_letter(View text);

/// Several letters, or one of several times, joined by punctuation, "and", "or"; else empty.
std::vector<int64_t> only_letters(View text, size_t fewest = 2);

/// Whether words before or behind say that it is not this one.
bool is_negated(View text, size_t i);

/// A letter at the beginning.
struct LeadingLetter {
  int64_t index = 0;
  size_t letter = 0;  ///< Where it stands.
  size_t rest = 0;    ///< Where the text behind its marks begins.
};
struct Leading {
  std::optional<LeadingLetter> letter;
  bool out_of_range = false;  ///< There is one beyond the options.
};
Leading leading_letter(View text, const Options& options);

/// The letter with its own option's text that begins at `i`, with whatever brackets; where it ends,
/// or kNone.
struct FullName {
  int64_t option = 0;
  size_t begin = 0, end = 0;
};
/// All of them, anywhere.
std::vector<FullName> options_in_full(View text, const Options& options);

/// A letter in brackets, or behind words that announce it.
struct NamedLetter {
  int64_t index = 0;
  size_t at = 0;
  bool negated = false;
};
std::vector<NamedLetter> letters_in_brackets(View text);
std::vector<NamedLetter> announced_letters(View text);

}  // namespace vrlt::reading
