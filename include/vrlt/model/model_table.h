#pragma once

#include <filesystem>
#include <memory>
#include <span>

#include "vrlt/io/json.h"
#include "vrlt/model/vision_language_model.h"

namespace vrlt::model {

/// One row of the table of model families, found by `model_type` of config.json.
struct ModelEntry {
  const char* model_type;
  const char* help;
  std::unique_ptr<VisionLanguageModel> (*load)(const std::filesystem::path& folder, const io::Json& config, const ModelOptions& options);
};

std::span<const ModelEntry> model_table();

}  // namespace vrlt::model
