#include "rewards/answer_block.h"

#include "rewards/tag_scan.h"

namespace vrlt::rewards {

AnswerBlock only_answer_block(std::string_view text) {
  if (find(text, kAnswer) == std::string_view::npos) return {{}, "no_answer"};
  if (!occurs_once(text, kAnswer)) return {{}, "multiple_answer_tags"};
  if (find(text, kAnswerEnd) != std::string_view::npos && !occurs_once(text, kAnswerEnd)) return {{}, "multiple_answer_tags"};
  const auto block = first_block(text, kAnswer, kAnswerEnd);
  if (!block) return {{}, "unclosed_answer"};
  return {block, {}};
}

}  // namespace vrlt::rewards
