#include "vrlt/reading/peers/choices.h"

#include <array>

#include "vrlt/reading/peers/tag_scan.h"
#include "vrlt/reading/peers/text_scan.h"
#include "vrlt/reading/peers/unicode_scan.h"

namespace vrlt::reading::peers {
namespace {

bool is_quote(char c) { return c == '"' || c == '\''; }

/// In an answer block: the first capital letter alone in quotes, else what a quoted bracket holds.
std::optional<std::string_view> quoted_choice(std::string_view answer) {
  for (size_t i = 0; i + 2 < answer.size(); ++i)
    if (is_upper(answer[i + 1]) && is_quote(answer[i]) && is_quote(answer[i + 2]))
      return answer.substr(i + 1, 1);
  for (size_t i = 0; i + 1 < answer.size(); ++i) {
    if (answer[i + 1] != '(' || !is_quote(answer[i])) continue;
    const size_t close = answer.find(')', i + 2);
    if (close == std::string_view::npos) return {};
    if (close + 1 < answer.size() && is_quote(answer[close + 1]))
      return answer.substr(i + 2, close - i - 2);
    i = close;
  }
  return {};
}

/// lmms-eval's matcher: what it does to punctuation before it looks for a letter alone.
class MvBenchMatcher {
 public:
  /// The letter, in upper case.
  std::optional<char> operator()(std::string_view text) {
    text = unicode_trim(text);
    if (const auto letter = leading_letter(text)) return letter;
    find_removed(text);
    for (size_t i = 0; i < text.size() && !found_;) i += take(text.substr(i));
    if (!found_) push(' ');
    return found_ ? std::optional(found_) : std::nullopt;
  }

 private:
  static constexpr std::string_view kPunctuation = ";/[]\"{}()=+\\_-><@`,?!";
  static constexpr std::array<bool, 256> kIsPunctuation = [] {
    std::array<bool, 256> table{};
    for (const char c : kPunctuation) table[static_cast<unsigned char>(c)] = true;
    return table;
  }();
  static bool is_punctuation(char c) { return kIsPunctuation[static_cast<unsigned char>(c)]; }
  static bool is_blank_character(char c) { return c == ' ' || c == '\n' || c == '\t'; }

  /// "B. text" on one line.
  static std::optional<char> leading_letter(std::string_view text) {
    if (text.size() < 3 || text[1] != '.' || !is_a_to_e(text[0])) return {};
    auto rest = text.substr(2);
    rest.remove_prefix(unicode_spaces_at(rest));
    if (rest.empty() || rest.find('\n') != std::string_view::npos) return {};
    return static_cast<char>(text[0] & ~0x20);
  }

  static bool is_a_to_e(char c) {
    const char low = to_lower(c);
    return low >= 'a' && low <= 'e';
  }

  /// A mark that somewhere touches a blank is removed everywhere, all are if a comma stands between
  /// digits; others become blanks.
  void find_removed(std::string_view text) {
    bool all = false;
    for (size_t i = 0; i < text.size(); ++i) {
      if (!is_punctuation(text[i])) continue;
      const char before = i > 0 ? text[i - 1] : 'x',
                 after = i + 1 < text.size() ? text[i + 1] : 'x';
      if (is_blank_character(before) || is_blank_character(after))
        removed_[static_cast<unsigned char>(text[i])] = true;
      all = all || (text[i] == ',' && is_digit(before) && is_digit(after));
    }
    if (all)
      for (const char c : kPunctuation) removed_[static_cast<unsigned char>(c)] = true;
  }

  static bool is_wide(char c) { return static_cast<unsigned char>(c) >= 0x80; }

  /// Takes the characters beyond ASCII at the front; returns their length. None is a letter A to E,
  /// so only the first, which ends what stands before, and the last, which begins what comes
  /// behind, matter.
  size_t take_wide(std::string_view rest) {
    auto wide = wide_character_at(rest);
    push(wide.word ? '_' : ' ');
    size_t length = wide.length;
    for (; length < rest.size() && is_wide(rest[length]); length += wide.length)
      wide = wide_character_at(rest.substr(length));
    push(wide.word ? '_' : ' ');
    return length;
  }

  /// Takes the character at the front, or several; returns their length.
  size_t take(std::string_view rest) {
    const char c = rest.front();
    if (is_wide(c)) return take_wide(rest);
    if (is_punctuation(c)) {
      if (!removed_[static_cast<unsigned char>(c)]) push(' ');
    } else {
      push(is_blank_character(c) ? ' ' : c);
    }
    return 1;
  }

  /// A dot stays only in front of a digit, seen after the removal of other marks.
  void push(char c) {
    if (c == ' ' && !in_word_ && !dot_waits_) return;  // one blank behind another
    if (dot_waits_) {
      dot_waits_ = false;
      if (is_digit(c) || removed_dots_ == kMaxRemovedDots)
        look_at('.');
      else
        ++removed_dots_;
    }
    if (c == '.')
      dot_waits_ = true;
    else if (!found_)
      look_at(c);
  }

  /// A letter alone has no word character on either side.
  void look_at(char c) {
    const bool word = is_letter(c) || is_digit(c) || c == '_';
    if (!word) found_ = candidate_;
    candidate_ = word && !in_word_ && is_a_to_e(c) ? static_cast<char>(c & ~0x20) : '\0';
    in_word_ = word;
  }

  static constexpr int kMaxRemovedDots = 32;  // the source passes a flag of that value as a count
  std::array<bool, 256> removed_{};
  int removed_dots_ = 0;
  bool in_word_ = false, dot_waits_ = false;
  char candidate_ = '\0', found_ = '\0';  ///< NUL: none.
};

}  // namespace

std::optional<char> first_capital_a_to_g(std::string_view text) {
  for (const char c : text)
    if (c >= 'A' && c <= 'G') return c;
  return {};
}

std::optional<char> read_mvbench_choice(std::string_view text) { return MvBenchMatcher()(text); }

std::optional<char> read_seed_eval_choice(std::string_view response) {
  auto text = response;
  if (const auto answer = first_block(response, kAnswer, kAnswerEnd))
    if (const auto quoted = quoted_choice(*answer)) text = *quoted;
  return read_mvbench_choice(text);
}

}  // namespace vrlt::reading::peers
