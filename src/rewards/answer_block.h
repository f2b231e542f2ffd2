#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vrlt::rewards {

/// The content of the only `<answer>` block, for rewards that follow a peer; the others read as vrlt/reading does.
/// Failures: no_answer, unclosed_answer, multiple_answer_tags.
struct AnswerBlock {
  std::optional<std::string_view> content;
  std::string failure;  ///< Empty when there is one.
};
AnswerBlock only_answer_block(std::string_view text);

}  // namespace vrlt::rewards
