#include "reading/letters.h"

namespace vrlt::reading {
namespace {

constexpr Words kNotAfterArticle = {
    U"because", U"since", U"as",        U"is",    U"was",   U"and",    U"or",    U"but",
    U"not",     U"nor",   U"with",      U"in",    U"on",    U"for",    U"given", U"due",
    U"based",   U"from",  U"where",     U"which", U"who",   U"when",   U"while", U"if",
    U"then",    U"so",    U"it",        U"he",    U"she",   U"they",   U"this",  U"that",
    U"the",     U"there", U"according", U"are",   U"would", U"should", U"must",  U"will"};
constexpr Words kJoining = {U"and",   U"or",      U"either",   U"both",    U"neither", U"nor",
                            U"maybe", U"perhaps", U"possibly", U"between", U"或者",    U"或",
                            U"和",    U"与",      U"及",       U"以及",    U"と"};
constexpr View kBeforeLone = U" \n\"'`|>#=:,;.-*", kBehindLone = U" \n\"'`|.,:;!-*)]}>";

bool is_tie(char32_t c) { return c == '\'' || c == '-'; }

/// U.S. and A.D. are words of their own.
bool is_in_initials(View text, size_t i) {
  const auto single = [&](size_t k) {
    return is_letter(at(text, k)) && !is_word(at(text, k + 1)) && !is_word(before(text, k));
  };
  if (at(text, i + 1) == '.' && single(i + 2)) return true;
  return i >= 2 && text[i - 1] == '.' && single(i - 2);
}

}  // namespace

bool stands_alone(View text, size_t i) {
  if (is_word(before(text, i)) || is_word(at(text, i + 1))) return false;
  if (i >= 2 && is_tie(text[i - 1]) && is_word(text[i - 2])) return false;
  if (is_tie(at(text, i + 1)) && is_word(at(text, i + 2))) return false;
  return !is_in_initials(text, i);
}

bool is_in_brackets(View text, size_t i) {
  return is_opening(before(text, i)) && is_closing(at(text, i + 1));
}

bool is_article(View text, size_t i) {
  if (is_in_brackets(text, i)) return false;
  const char32_t next = at(text, i + 1);
  if (text[i] == 'a') return true;
  if (text[i] == 'I') return next != 0 && !is_one_of(next, U").:]\n");
  if (text[i] != 'A' || !is_blank(next)) return false;
  const size_t word = skip_blanks(text, i + 1);
  if (!is_letter(at(text, word)) && !(is_word(at(text, word)) && at(text, word) >= 0x80))
    return false;
  return word_end(text, word) - word >= 2 && match_any(text, word, kNotAfterArticle) == kNone;
}

std::optional<int64_t> lone_letter(View text) {
  size_t i = skip_all(text, 0, kBeforeLone);
  if (is_opening(at(text, i))) i = skip_blanks(text, i + 1);
  if (!is_letter(at(text, i)) || skip_all(text, i + 1, kBehindLone) != text.size()) return {};
  return index_of(text[i]);
}

std::vector<int64_t> only_letters(View text, size_t fewest) {
  std::vector<int64_t> letters;
  for (size_t i = 0; i < text.size();) {
    if (is_letter(text[i]) && !is_word(before(text, i)) && !is_word(at(text, i + 1))) {
      letters.push_back(index_of(text[i++]));
    } else if (const size_t word = word_begins(text, i) ? match_any(text, i, kJoining) : kNone;
               word != kNone) {
      i = word;
    } else if (is_word(text[i]) || text[i] >= 0x80 || text[i] == '?') {
      return {};
    } else {
      ++i;
    }
  }
  return letters.size() < fewest ? std::vector<int64_t>() : letters;
}

std::vector<FullName> options_in_full(View text, const Options& options) {
  std::vector<FullName> names;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!is_letter(text[i]) || is_word(at(text, i + 1)) || index_of(text[i]) >= options.size())
      continue;
    const size_t begin = is_opening(before(text, i)) ? i - 1 : i;
    if (is_word(before(text, begin)) || is_one_of(before(text, begin), U"'.-")) continue;
    size_t end = i + 1;
    if (is_closing(at(text, end)))
      end += is_one_of(at(text, end + 1), U".:") ? 2 : 1;
    else if (is_one_of(at(text, end), U".:,"))
      ++end;
    else
      continue;
    end = skip_blanks(text, end);
    if (is_quote(at(text, end))) ++end;
    if (const size_t behind = options.text_end(text, end, index_of(text[i])); behind != kNone)
      names.push_back({index_of(text[i]), begin, behind});
  }
  return names;
}

std::vector<NamedLetter> letters_in_brackets(View text) {
  std::vector<NamedLetter> letters;
  for (size_t i = 1; i + 1 < text.size(); ++i)
    if (is_upper(text[i]) && is_in_brackets(text, i))
      letters.push_back({index_of(text[i]), i, is_negated(text, i)});
  return letters;
}

}  // namespace vrlt::reading
