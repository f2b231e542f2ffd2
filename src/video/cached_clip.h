#pragma once

#include <filesystem>

#include "vrlt/video/clip.h"

namespace vrlt::video {

/// A clip as a safetensors file: `frames`, and in the metadata what else a clip has, with a hash
/// over everything.
/// @throws DiskError.
void write_cached_clip(const std::filesystem::path& path, const Clip& clip);

/// The same clip, in memory of its own.
/// @throws MissingInputError; DataError or CheckpointError for a file that is not what was written.
Clip read_cached_clip(const std::filesystem::path& path);

}  // namespace vrlt::video
