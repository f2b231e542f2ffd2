// Whether a response is laid out as asked, and its answer block. Linear scanners: a regular expression engine may backtrack or overflow
// on what a model writes.
#include "rewards/tag_scan.h"
#include "rewards/text_scan.h"
#include "vrlt/rewards/answer_parser.h"

namespace vrlt::rewards {
namespace {

Parsed<std::string> block_or_failure(std::optional<std::string_view> block, std::string_view text) {
  if (block) return {std::string(*block), {}};
  return {{}, find(text, kAnswer) == std::string_view::npos ? "no_answer" : "unclosed_answer"};
}

bool has_no_tag(std::string_view text, std::string_view tag) { return find(text, tag) == std::string_view::npos; }

}  // namespace

bool has_strict_format(std::string_view text, ThinkPolicy think) {
  text = trim(text);
  if (!occurs_once(text, kAnswer) || !occurs_once(text, kAnswerEnd)) return false;
  if (think == ThinkPolicy::kForbidden) {
    if (!has_no_tag(text, kThink) || !has_no_tag(text, kThinkEnd)) return false;
  } else {
    if (!text.starts_with(kThink) || !occurs_once(text, kThink) || !occurs_once(text, kThinkEnd)) return false;
    const size_t end = find(text, kThinkEnd);
    if (end < kThink.size() || is_blank(text.substr(kThink.size(), end - kThink.size()))) return false;
    text = trim(text.substr(end + kThinkEnd.size()));
  }
  if (!text.starts_with(kAnswer) || !text.ends_with(kAnswerEnd) || text.size() < kAnswer.size() + kAnswerEnd.size()) return false;
  return !is_blank(text.substr(kAnswer.size(), text.size() - kAnswer.size() - kAnswerEnd.size()));
}

Parsed<std::string> extract_answer(std::string_view text, AnswerBlock block) {
  if (block == AnswerBlock::kFirst) return block_or_failure(first_block(text, kAnswer, kAnswerEnd), text);
  if (block == AnswerBlock::kLast) return block_or_failure(last_block(text, kAnswer, kAnswerEnd), text);
  const size_t open = find(text, kAnswer);
  if (open == std::string_view::npos) return {{}, "no_answer"};
  if (!occurs_once(text, kAnswer)) return {{}, "multiple_answer_tags"};
  const size_t close = find(text, kAnswerEnd);
  if (close != std::string_view::npos && !occurs_once(text, kAnswerEnd)) return {{}, "multiple_answer_tags"};
  return block_or_failure(first_block(text, kAnswer, kAnswerEnd), text);
}

}  // namespace vrlt::rewards
