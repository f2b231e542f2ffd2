#include "reading/options.h"

#include "reading/folding.h"
#include "reading/markup.h"
#include "vrlt/reading/reading.h"

namespace vrlt::reading {
namespace {

Text clean_option(const std::string& option) { return without_markup(fold_option(option)); }

/// Only the runs of letters, digits and signs of other alphabets.
Text only_words(View text) {
  Text words;
  for (const char32_t c : text) {
    if (is_letter(c) || is_digit(c) || c >= 0x80)
      words += lower(c);
    else if (!words.empty() && words.back() != ' ')
      words += ' ';
  }
  return Text(trim(words));
}

}  // namespace

Text plain(View text) {
  text = trim_all(text, U" \n\"'");
  while (!text.empty() && (is_blank(text.back()) || is_one_of(text.back(), U".!?;,:\"'")))
    text.remove_suffix(1);
  Text result;
  for (const char32_t c : text) {
    if (!is_blank(c))
      result += lower(c);
    else if (result.back() != ' ')
      result += ' ';
  }
  return result;
}

Options::Options(const std::vector<std::string>& options) {
  for (const auto& option : options) {
    const auto text = clean_option(option);
    plain_.push_back(plain(text));
    near_.push_back(only_words(text));
  }
}

std::optional<int64_t> Options::word_for_word(View text) const {
  const auto compared = plain(text);
  if (compared.empty()) return {};
  for (size_t i = 0; i < plain_.size(); ++i)
    if (plain_[i] == compared) return static_cast<int64_t>(i);
  return {};
}

std::optional<int64_t> Options::near(View text) const {
  const auto compared = only_words(text);
  if (compared.empty()) return {};
  std::optional<int64_t> first;
  for (size_t i = 0; i < near_.size(); ++i) {
    if (near_[i] != compared) continue;
    if (first && !are_equal(*first, static_cast<int64_t>(i))) return {};
    if (!first) first = static_cast<int64_t>(i);
  }
  return first;
}

size_t Options::text_end(View text, size_t i, int64_t option) const {
  const auto wanted = plain_text(option);
  if (wanted.empty()) return kNone;
  for (const char32_t c : wanted) {
    if (c == ' ' ? !is_blank(at(text, i)) : lower(at(text, i)) != c) return kNone;
    i = c == ' ' ? skip_blanks(text, i) : i + 1;
  }
  return is_word(wanted.back()) && is_word(at(text, i)) ? kNone : i;
}

bool are_equal_options(const std::string& a, const std::string& b) {
  return plain(clean_option(a)) == plain(clean_option(b));
}

}  // namespace vrlt::reading
