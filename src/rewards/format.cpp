// Whether a response is laid out as asked. Linear scanners: a regular expression engine may backtrack or overflow on what a model writes.
#include <utf8proc.h>

#include "rewards/text_scan.h"
#include "vrlt/rewards/answer_parser.h"

namespace vrlt::rewards {
namespace {

constexpr std::string_view kThink = "<think>", kThinkEnd = "</think>", kAnswer = "<answer>", kAnswerEnd = "</answer>";

size_t count(std::string_view text, std::string_view tag) {
  size_t found = 0;
  for (size_t at = text.find(tag); at != std::string_view::npos; at = text.find(tag, at + tag.size())) ++found;
  return found;
}

/// The seed matches Unicode text with \s and \d, so its format, unlike our own grammar, knows the spaces and digits of every script.
struct Character {
  utf8proc_int32_t code_point = -1;  ///< -1: not UTF-8.
  size_t length = 1;                 ///< In bytes.
};

Character front_of(std::string_view text) {
  Character c;
  const auto length =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()), &c.code_point);
  if (length > 0) c.length = static_cast<size_t>(length);
  return c;
}

bool is_unicode_space(utf8proc_int32_t c) {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

void skip_unicode_spaces(std::string_view& text) {
  while (!text.empty()) {
    const auto c = front_of(text);
    if (!is_unicode_space(c.code_point)) return;
    text.remove_prefix(c.length);
  }
}

/// Takes `token` off the front, after white space.
bool take(std::string_view& text, std::string_view token) {
  skip_unicode_spaces(text);
  if (!text.starts_with(token)) return false;
  text.remove_prefix(token.size());
  return true;
}

/// Takes "digits and dots" off the front, in quotes.
bool take_quoted_number(std::string_view& text) {
  if (!take(text, "\"")) return false;
  const size_t before = text.size();
  while (!text.empty()) {
    const auto c = front_of(text);
    if (c.code_point != '.' && utf8proc_category(c.code_point) != UTF8PROC_CATEGORY_ND) break;
    text.remove_prefix(c.length);
  }
  if (text.size() == before) return false;
  if (!text.starts_with("\"")) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

bool has_strict_format(std::string_view text, ThinkPolicy think) {
  text = trim(text);
  const bool with_think = think == ThinkPolicy::kRequired;
  if (count(text, kThink) != with_think || count(text, kThinkEnd) != with_think || count(text, kAnswer) != 1 || count(text, kAnswerEnd) != 1)
    return false;
  if (with_think) {
    if (!text.starts_with(kThink)) return false;
    const size_t end = text.find(kThinkEnd);
    if (end == std::string_view::npos || end < kThink.size() || is_blank(text.substr(kThink.size(), end - kThink.size()))) return false;
    text = trim(text.substr(end + kThinkEnd.size()));
  }
  if (!text.starts_with(kAnswer) || !text.ends_with(kAnswerEnd) || text.size() < kAnswer.size() + kAnswerEnd.size()) return false;
  return !is_blank(text.substr(kAnswer.size(), text.size() - kAnswer.size() - kAnswerEnd.size()));
}

bool has_seed_tvg_format(std::string_view text) {
  if (!text.starts_with(kThink)) return false;
  const size_t answer = text.rfind(kAnswer);
  if (answer == std::string_view::npos) return false;
  const size_t think_end = text.substr(0, answer).rfind(kThinkEnd);
  if (think_end == std::string_view::npos || think_end < kThink.size()) return false;
  auto between = text.substr(think_end + kThinkEnd.size(), answer - think_end - kThinkEnd.size());
  skip_unicode_spaces(between);
  if (!between.empty()) return false;
  std::string_view rest = text.substr(answer + kAnswer.size());
  return take(rest, "{") && take(rest, "\"start_time\"") && take(rest, ":") && take_quoted_number(rest) && take(rest, ",") &&
         take(rest, "\"end_time\"") && take(rest, ":") && take_quoted_number(rest) && take(rest, "}") && take(rest, kAnswerEnd) && rest.empty();
}

Parsed<std::string> extract_answer(std::string_view text) {
  const size_t opens = count(text, kAnswer), closes = count(text, kAnswerEnd);
  if (opens == 0) return {{}, "no_answer"};
  if (opens > 1 || closes > 1) return {{}, "multiple_answer_tags"};
  const size_t begin = text.find(kAnswer) + kAnswer.size(), end = text.find(kAnswerEnd, begin);
  if (end == std::string_view::npos) return {{}, "unclosed_answer"};
  return {std::string(text.substr(begin, end - begin)), {}};
}

}  // namespace vrlt::rewards
