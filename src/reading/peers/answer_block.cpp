#include "vrlt/reading/peers/answer_block.h"

#include "vrlt/reading/peers/tag_scan.h"

namespace vrlt::reading::peers {

AnswerBlock only_answer_block(std::string_view text) {
  using reading::Reason;
  if (find(text, kAnswer) == std::string_view::npos) return {{}, Reason::kNoAnswer};
  if (!occurs_once(text, kAnswer)) return {{}, Reason::kMultipleAnswerTags};
  if (find(text, kAnswerEnd) != std::string_view::npos && !occurs_once(text, kAnswerEnd))
    return {{}, Reason::kMultipleAnswerTags};
  const auto block = first_block(text, kAnswer, kAnswerEnd);
  if (!block) return {{}, Reason::kUnclosedAnswer};
  return {block};
}

}  // namespace vrlt::reading::peers
