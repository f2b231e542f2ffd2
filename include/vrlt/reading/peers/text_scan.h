#pragma once

#include <string>
#include <string_view>

namespace vrlt::reading::peers {

/// ASCII only: what a model writes in other scripts is not a digit, a letter or a space to a
/// parser.
inline bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
inline bool is_letter(char c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }
inline char to_lower(char c) { return is_upper(c) ? static_cast<char>(c + 32) : c; }
inline bool is_blank(std::string_view text) {
  for (const char c : text)
    if (!is_space(c)) return false;
  return true;
}

inline std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

inline std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = to_lower(c);
  return result;
}

/// Whether the text begins with `word`, which is in lower case, in any case.
inline bool starts_with_word(std::string_view text, std::string_view word) {
  if (text.size() < word.size()) return false;
  for (size_t i = 0; i < word.size(); ++i)
    if (to_lower(text[i]) != word[i]) return false;
  return true;
}

/// Without one surrounding Markdown code fence and its language word.
inline std::string_view strip_code_fence(std::string_view text) {
  text = trim(text);
  if (text.size() < 6 || !text.starts_with("```") || !text.ends_with("```")) return text;
  text.remove_prefix(3);
  text.remove_suffix(3);
  while (!text.empty() && is_letter(text.front())) text.remove_prefix(1);
  return trim(text);
}

/// How many digits stand at `begin`.
inline size_t digits_at(std::string_view text, size_t begin) {
  size_t end = begin;
  while (end < text.size() && is_digit(text[end])) ++end;
  return end - begin;
}

}  // namespace vrlt::reading::peers
