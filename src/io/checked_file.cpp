#include "vrlt/io/checked_file.h"

#include "vrlt/core/error.h"
#include "vrlt/io/files.h"

namespace vrlt::io {
namespace fs = std::filesystem;

void write_file_checked(const fs::path& path, std::string_view bytes,
                        const std::function<void(const fs::path& written)>& check) {
  fs::path unchecked = path;
  unchecked += ".unchecked";
  write_file_atomic(unchecked, bytes);
  std::error_code error;
  try {
    check(unchecked);
  } catch (...) {
    fs::remove(unchecked, error);
    throw;
  }
  fs::rename(unchecked, path, error);
  if (error)
    throw DiskError(
        concat(path.string(), ": cannot rename from ", unchecked.string(), ": ", error.message()));
  sync_folder(path.parent_path());
}

}  // namespace vrlt::io
