#pragma once

#include <filesystem>
#include <system_error>

namespace vrlt::io {

/// Removes a file or a folder at the end of a scope, if it still has this name.
struct RemovedAtEnd {
  std::filesystem::path path;
  ~RemovedAtEnd() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

}  // namespace vrlt::io
