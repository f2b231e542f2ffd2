// A letter at the beginning of an answer (docs/spec/reading.md#letters).
#include "reading/letters.h"

namespace vrlt::reading {
namespace {

constexpr Words kReasons = {U"because", U"since", U"as"};
constexpr Words kVerbs = {U"is", U"would be", U"should be", U"seems"};
constexpr Words kRight = {U"correct", U"right", U"best", U"true", U"appropriate", U"accurate"};

/// "is the most likely right": whether the letter before is said to be right.
bool says_right(View text, size_t i) {
  const size_t verb = match_any(text, i, kVerbs);
  if (verb == kNone) return false;
  size_t word = skip_phrase(text, skip_blanks(text, verb), {U"the"});
  word = skip_phrase(text, word, {U"most"});
  return match_any(text, word, kRight) != kNone;
}

/// The end of the marks that make a letter at `i` a strong beginning: brackets, `.`, `:`, `)`;
/// kNone if there are none.
size_t strong_end(View text, size_t i, bool bracket) {
  if (is_closing(at(text, i + 1))) return i + (is_one_of(at(text, i + 2), U".:") ? 3 : 2);
  if (bracket || !is_one_of(at(text, i + 1), U".:") || !stands_alone(text, i)) return kNone;
  return i + 2;
}

/// Where the text behind an upper-case letter at `i` begins, if something there makes it a
/// beginning; else kNone.
size_t weak_end(View text, size_t i, const Options& options) {
  if (!is_upper(text[i]) || !stands_alone(text, i)) return kNone;
  const size_t next = skip_blanks(text, i + 1);
  if (text.substr(i + 1, next - i - 1).find(U'\n') != View::npos) return next;
  const char32_t mark = at(text, next);
  if (is_one_of(mark, U".:)],;|")) return next + 1;
  if (mark == '-' && is_blank(at(text, next + 1))) return next + 2;
  if (next == i + 1) return mark >= 0x80 && !is_word(mark) ? next : kNone;
  if (match_any(text, next, kReasons) != kNone || says_right(text, next)) return next;
  return index_of(text[i]) < options.size() &&
                 options.text_end(text, next, index_of(text[i])) != kNone
             ? next
             : kNone;
}

}  // namespace

Leading leading_letter(View text, const Options& options) {
  size_t i = skip_blanks(text, 0);
  if (is_quote(at(text, i))) ++i;
  const bool bracket = is_opening(at(text, i));
  if (bracket) i = skip_blanks(text, i + 1);
  if (!is_letter(at(text, i)) || is_word(at(text, i + 1))) return {};
  const size_t strong = strong_end(text, i, bracket);
  if (strong == kNone && bracket) return {};
  const size_t rest = strong != kNone ? strong : weak_end(text, i, options);
  if (rest == kNone) return {};
  if (index_of(text[i]) >= options.size()) return {.letter = {}, .out_of_range = strong != kNone};
  return {.letter = LeadingLetter{index_of(text[i]), i, rest}};
}

}  // namespace vrlt::reading
