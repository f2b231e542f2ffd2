#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vrlt::tokenizer {

/// Splits text as Qwen2's pattern does, by a scanner over Unicode properties; the pieces cover the
/// text. Pattern: (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|
/// ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
/// @param text  valid UTF-8.
std::vector<std::string> pretokenize(std::string_view text);

}  // namespace vrlt::tokenizer
