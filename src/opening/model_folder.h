#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "vrlt/data/prompt.h"
#include "vrlt/data/sample.h"
#include "vrlt/model/vision_language_model.h"
#include "vrlt/tokenizer/tokenizer.h"

namespace vrlt::opening {

/// What of a model folder cannot work, whatever is asked: a token whose id has no embedding; a tag
/// that answers are read by (<think>, <answer>, <glue>) as a special token, which decoding removes
/// before anybody looks for it.
/// @throws DataError naming the token.
void check_tokens(const std::filesystem::path& folder, const tokenizer::Tokenizer& tokenizer,
                  const model::VisionLanguageModel& model);

/// What of a model folder this program does not follow, a line each: a chat template that is
/// another one than ours, settings of generation_config.json that change what is generated. @throws
/// DataError for a file that cannot be read.
std::vector<std::string> not_followed(const std::filesystem::path& folder);

/// A line if records have subtitles that their prompts do not show; else nothing. @param prompt  of
/// samples that name none.
std::vector<std::string> unused_subtitles(const std::vector<const data::Sample*>& samples,
                                          const std::string& prompt);

}  // namespace vrlt::opening
