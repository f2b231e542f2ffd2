#pragma once

#include <optional>
#include <string>
#include <utility>

#include "vrlt/io/json.h"

namespace vrlt::tokenizer {

/// Whether tokenizer.json describes the tokenizer that is written here: its normaliser,
/// pre-tokenizer and model.
/// @throws DataError naming what is not supported.
void check_supported(const io::Json& json, const std::string& origin);

using MergeColumns = std::pair<std::string, std::string>;

/// The two tokens of a merge written as "a b", or nothing.
std::optional<MergeColumns> split_merge(const std::string& text);

/// The same of a merge in tokenizer.json: "a b" or ["a", "b"].
std::optional<MergeColumns> parse_merge(const io::Json& merge);

}  // namespace vrlt::tokenizer
