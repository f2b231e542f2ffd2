#pragma once

#include <string_view>
#include <vector>

namespace vrlt::reading {

enum class Tag { kThink, kThinkEnd, kAnswer, kAnswerEnd, kGlue, kGlueEnd };

struct TagAt {
  Tag tag;
  size_t begin, end;  ///< In bytes.
};

/// The tags of a text in any case, without blanks inside.
std::vector<TagAt> find_tags(std::string_view text);

/// Without blanks of any script at both ends and special tokens at the end: `</s>`, `<eos>`,
/// `<|name|>`.
std::string_view without_special_tokens(std::string_view text);

}  // namespace vrlt::reading
