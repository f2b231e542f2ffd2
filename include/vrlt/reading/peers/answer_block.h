#pragma once

#include <optional>
#include <string_view>

#include "vrlt/reading/reason.h"

namespace vrlt::reading::peers {

/// The content of the only `<answer>` block, for rewards that follow a peer; the others read as
/// vrlt/reading does.
struct AnswerBlock {
  std::optional<std::string_view> content;
  /// Where there is none: kNoAnswer, kUnclosedAnswer, kMultipleAnswerTags.
  reading::Reason reason = reading::Reason::kOk;
};
AnswerBlock only_answer_block(std::string_view text);

}  // namespace vrlt::reading::peers
