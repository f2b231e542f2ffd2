#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace vrlt::model {

/// A model that is trained from nothing on rendered clips.
struct SmallModel {
  std::string family = "qwen2_5_vl";  ///< One of model_choices().
  int64_t text_width = 96, text_layers = 3, vision_width = 64, vision_layers = 2;
};

/// Writes config.json and generation_config.json of such a model, without weights, beside its
/// tokenizer.
/// @param folder  holds the tokenizer's files. @throws DataError for a tokenizer that cannot be
/// read; DiskError; ConfigError for an unknown family.
void write_small_model(const SmallModel& sizes, const std::filesystem::path& folder);

}  // namespace vrlt::model
