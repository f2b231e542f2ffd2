// Whether a response is laid out as asked. Linear scanners: a regular expression engine may backtrack or overflow on what a model writes.
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

/// Takes `token` off the front, after white space.
bool take(std::string_view& text, std::string_view token) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  if (!text.starts_with(token)) return false;
  text.remove_prefix(token.size());
  return true;
}

/// Takes "digits and dots" off the front, in quotes.
bool take_quoted_number(std::string_view& text) {
  if (!take(text, "\"")) return false;
  size_t length = 0;
  while (length < text.size() && (is_digit(text[length]) || text[length] == '.')) ++length;
  if (length == 0) return false;
  text.remove_prefix(length);
  if (!text.starts_with("\"")) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

bool has_strict_format(std::string_view text, ThinkPolicy think) {
  text = trim(text);
  const bool with_think = think == ThinkPolicy::kRequired;
  if (count(text, kThink) != with_think || count(text, kThinkEnd) != with_think || count(text, kAnswer) != 1 || count(text, kAnswerEnd) != 1) return false;
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
  std::string_view before = text.substr(0, answer);
  while (!before.empty() && is_space(before.back())) before.remove_suffix(1);
  if (!before.ends_with(kThinkEnd) || before.size() - kThinkEnd.size() < kThink.size()) return false;
  std::string_view rest = text.substr(answer + kAnswer.size());
  return take(rest, "{") && take(rest, "\"start_time\"") && take(rest, ":") && take_quoted_number(rest) && take(rest, ",") && take(rest, "\"end_time\"") &&
         take(rest, ":") && take_quoted_number(rest) && take(rest, "}") && take(rest, kAnswerEnd) && rest.empty();
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
