#pragma once

#include <filesystem>
#include <vector>

namespace vrlt::data {

/// The files that were named, as they are, and those in folders that were named, and below, whose
/// names end as those of videos do (.mp4, .mkv, ...), in the order of names.
/// @throws MissingInputError for a path that is not there, and for a folder without such files.
std::vector<std::filesystem::path> video_files(const std::vector<std::filesystem::path>& paths);

}  // namespace vrlt::data
