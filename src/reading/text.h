#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Folded text: code points, of which blanks, newlines, dashes, quotes, brackets and marks are ASCII
// (folding.h). "Blank" means a blank or a newline unless a name says otherwise.
namespace vrlt::reading {

using Text = std::u32string;
using View = std::u32string_view;
using Words = std::initializer_list<View>;

inline constexpr size_t kNone = View::npos;

inline bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }
inline bool is_upper(char32_t c) { return c >= 'A' && c <= 'Z'; }
inline bool is_letter(char32_t c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }
inline char32_t lower(char32_t c) { return is_upper(c) ? c + ('a' - 'A') : c; }
inline bool is_blank(char32_t c) { return c == ' ' || c == '\n'; }
inline bool is_quote(char32_t c) { return c == '"' || c == '\''; }
inline bool is_opening(char32_t c) { return c == '(' || c == '[' || c == '{' || c == '<'; }
inline bool is_closing(char32_t c) { return c == ')' || c == ']' || c == '}' || c == '>'; }
bool is_one_of(char32_t c, View set);

/// A sign that glues to its neighbours: letters and digits of alphabets, not Chinese, Japanese and
/// Korean signs.
bool is_word(char32_t c);
/// A Chinese, Japanese or Korean sign.
bool is_cjk(char32_t c);

/// The sign at `i`; 0 beyond the end.
inline char32_t at(View text, size_t i) { return i < text.size() ? text[i] : U'\0'; }
/// The sign before `i`; 0 at the beginning.
inline char32_t before(View text, size_t i) { return i > 0 ? text[i - 1] : U'\0'; }

/// Whether a word may begin at `i`: no word character stands before it.
inline bool word_begins(View text, size_t i) { return !is_word(before(text, i)); }

size_t skip_blanks(View text, size_t i);
size_t skip_all(View text, size_t i, View set);
/// Where the blanks that end before `i` begin.
size_t skip_blanks_back(View text, size_t i);

View trim(View text);
/// Without the signs of `set` at both ends.
View trim_all(View text, View set);
Text lower(View text);

/// Matches a phrase in lower case at `i`, as whole words and in any case; a blank of the phrase
/// takes one or more of the text.
/// @return where it ends, or kNone. The caller knows whether a word begins at `i`.
size_t match(View text, size_t i, View phrase);
/// The longest of several.
size_t match_any(View text, size_t i, std::span<const View> phrases);
inline size_t match_any(View text, size_t i, Words phrases) {
  return match_any(text, i, std::span(phrases.begin(), phrases.size()));
}

/// Where the text of `i` goes on behind the phrase and blanks; `i` itself where it does not match.
size_t skip_phrase(View text, size_t i, Words phrases);

/// The end of the word characters that begin at `i`.
size_t word_end(View text, size_t i);

/// The lines of a text, without blanks around; those that are nothing but blank are left out.
struct Line {
  size_t begin, end;
};
std::vector<Line> lines_of(View text);

std::string to_utf8(View text);

}  // namespace vrlt::reading
