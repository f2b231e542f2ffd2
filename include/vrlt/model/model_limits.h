#pragma once

#include <cstdint>
#include <filesystem>

namespace vrlt::model {

/// The longest sequence that a model was made for, "max_position_embeddings" of its config.json; 0
/// if that does not say.
/// @throws MissingInputError, DataError if config.json cannot be read.
int64_t read_max_positions(const std::filesystem::path& folder);

}  // namespace vrlt::model
