#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "vrlt/data/frame_folder.h"

namespace vrlt::video {

/// A JPEG picture of the frames nearest to the given times (at most 16, evenly spread over them),
/// scaled to one height, side by side; empty for no times.
/// @param folder  set where `path` is a folder of still pictures.
/// @throws as VideoReader and FrameFolderReader.
std::string frame_strip(const std::filesystem::path& path,
                        const std::optional<data::FrameFolder>& folder,
                        const std::vector<double>& seconds);

}  // namespace vrlt::video
