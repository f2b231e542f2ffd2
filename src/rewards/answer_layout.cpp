// Linear scanners: a regular expression engine may backtrack or overflow on what a model writes.
#include "vrlt/rewards/answer_layout.h"

#include "vrlt/reading/peers/tag_scan.h"
#include "vrlt/reading/peers/text_scan.h"

namespace vrlt::rewards {

using namespace reading::peers;

namespace {

bool has_no_tag(std::string_view text, std::string_view tag) {
  return find(text, tag) == std::string_view::npos;
}
bool has_no_block(std::string_view text, std::string_view open, std::string_view close) {
  return has_no_tag(text, open) && has_no_tag(text, close);
}

/// Takes a block off the front, with the white space behind it. @return whether it is there, the
/// only one of its kind, and not blank.
bool take_block(std::string_view& text, std::string_view open, std::string_view close) {
  if (!text.starts_with(open) || !occurs_once(text, open) || !occurs_once(text, close))
    return false;
  const size_t end = find(text, close);
  if (end < open.size() || is_blank(text.substr(open.size(), end - open.size()))) return false;
  text = trim(text.substr(end + close.size()));
  return true;
}

}  // namespace

bool has_layout(std::string_view text, bool think, data::AnswerTags tags) {
  text = trim(text);
  if (think ? !take_block(text, kThink, kThinkEnd) : !has_no_block(text, kThink, kThinkEnd))
    return false;
  if (tags == data::AnswerTags::kNone)
    return !text.empty() && has_no_block(text, kAnswer, kAnswerEnd) &&
           has_no_block(text, kGlue, kGlueEnd);
  if (!take_block(text, kAnswer, kAnswerEnd)) return false;
  return (tags == data::AnswerTags::kAnswer || take_block(text, kGlue, kGlueEnd)) && text.empty();
}

bool has_asked_layout(std::string_view text, const data::PromptEntry& prompt) {
  return has_layout(text, prompt.think, prompt.tags);
}

}  // namespace vrlt::rewards
