#include "vrlt/data/video_files.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "vrlt/core/error.h"
#include "vrlt/io/folders.h"

namespace vrlt::data {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 15> kExtensions = {".3gp", ".avi", ".flv", ".m2ts", ".m4v",
                                                          ".mkv", ".mov", ".mp4", ".mpeg", ".mpg",
                                                          ".mts", ".ogv", ".ts",  ".webm", ".wmv"};

bool is_named_as_video(const fs::path& file) {
  auto extension = file.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

}  // namespace

std::vector<fs::path> video_files(const std::vector<fs::path>& paths) {
  std::vector<fs::path> files;
  for (const auto& path : paths) {
    if (!io::exists(path)) throw MissingInputError(concat(path.string(), ": no such file"));
    if (!io::is_folder(path)) {
      files.push_back(path);
      continue;
    }
    const auto before = files.size();
    for (const auto& file : io::list_files_below(path))
      if (is_named_as_video(file)) files.push_back(path / file);
    if (files.size() == before)
      throw MissingInputError(
          concat(path.string(), ": no file in this folder ends as a video does (.mp4, .mkv, ...)"));
  }
  return files;
}

}  // namespace vrlt::data
