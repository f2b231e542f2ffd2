#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "vrlt/io/json.h"
#include "vrlt/model/model_choices.h"
#include "vrlt/model/model_shape.h"
#include "vrlt/model/prompt_rules.h"
#include "vrlt/model/small_model.h"
#include "vrlt/model/vision_language_model.h"
#include "vrlt/processor/prompt_format.h"

namespace vrlt::model {

/// What a family does, given the config.json of a folder. Errors are those of load_model(),
/// read_model_shape(), load_prompt_format() and write_small_model().
struct ModelFunctions {
  std::unique_ptr<VisionLanguageModel> (*load)(const std::filesystem::path& folder,
                                               const io::Json& config, const ModelOptions& options);
  ModelShape (*shape)(const io::Json& config, const std::string& origin);
  std::unique_ptr<processor::PromptFormat> (*prompt_format)(const std::filesystem::path& folder,
                                                            const io::Json& config,
                                                            const PromptRules& rules);
  void (*write_small)(const SmallModel& sizes, const tokenizer::Tokenizer& tokenizer,
                      const std::filesystem::path& folder);
  /// Of a published model of the family, by what folders of it are called, in lower case; may be
  /// null.
  std::optional<ModelShape> (*published_shape)(const std::string& name) = nullptr;
};

/// One row of the table of model families, found by `model_type` of config.json.
struct ModelEntry : ModelChoice {
  ModelFunctions functions;
};

std::span<const ModelEntry> model_table();

}  // namespace vrlt::model
