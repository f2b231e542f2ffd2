#pragma once

#include <filesystem>
#include <memory>

#include "vrlt/model/prompt_rules.h"
#include "vrlt/processor/prompt_format.h"

namespace vrlt::model {

/// How prompts of the model in a Hugging Face folder are made: by its config.json and its
/// tokenizer, no weights are opened.
/// @throws MissingInputError, CheckpointError, DataError as load_model(); ConfigError for a rule
/// that the family does not have.
std::unique_ptr<processor::PromptFormat> load_prompt_format(const std::filesystem::path& folder,
                                                            const PromptRules& rules = {});

}  // namespace vrlt::model
