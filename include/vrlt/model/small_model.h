#pragma once

#include <cstdint>
#include <filesystem>

namespace vrlt::model {

/// The size of a model that is trained from nothing on rendered clips.
struct SmallModel {
  int64_t text_width = 96, text_layers = 3, vision_width = 64, vision_layers = 2;
};

/// Writes config.json and generation_config.json of a model of the first family, without weights,
/// beside its tokenizer.
/// @param folder  holds the tokenizer's files. @throws DataError for a tokenizer that cannot be
/// read; DiskError.
void write_small_model(const SmallModel& sizes, const std::filesystem::path& folder);

}  // namespace vrlt::model
