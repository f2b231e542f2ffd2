#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "vrlt/io/json.h"
#include "vrlt/model/model_choices.h"
#include "vrlt/model/model_shape.h"
#include "vrlt/model/vision_language_model.h"

namespace vrlt::model {

/// One row of the table of model families, found by `model_type` of config.json.
struct ModelEntry : Choice {
  std::unique_ptr<VisionLanguageModel> (*load)(const std::filesystem::path& folder, const io::Json& config, const ModelOptions& options);
  ModelShape (*shape)(const io::Json& config, const std::string& origin);
};

std::span<const ModelEntry> model_table();

}  // namespace vrlt::model
