#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "vrlt/processor/prompt_format.h"

namespace vrlt::model {

/// How prompts of the model in a Hugging Face folder are made: by its config.json and its
/// tokenizer, no weights are opened.
/// @param position_rule  one of ModelDefaults::position_rules; empty: the first.
/// @throws MissingInputError, CheckpointError, DataError as load_model(); ConfigError for a rule of
/// another family.
std::unique_ptr<processor::PromptFormat> load_prompt_format(const std::filesystem::path& folder,
                                                            const std::string& position_rule = {});

}  // namespace vrlt::model
