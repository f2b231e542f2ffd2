#pragma once

#include <cstdlib>
#include <filesystem>

namespace vrlt::test {

/// Stored reference values: VRLT_GOLDEN_DIR, else the folder of the source tree.
inline std::filesystem::path golden_dir() {
  const char* folder = std::getenv("VRLT_GOLDEN_DIR");
  return folder != nullptr && *folder != '\0' ? folder : VRLT_DEFAULT_GOLDEN_DIR;
}

/// Video files and their manifest: VRLT_MEDIA_DIR, else the folder of the source tree.
inline std::filesystem::path media_dir() {
  const char* folder = std::getenv("VRLT_MEDIA_DIR");
  return folder != nullptr && *folder != '\0' ? folder : VRLT_DEFAULT_MEDIA_DIR;
}

}  // namespace vrlt::test
