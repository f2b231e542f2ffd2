#include "vrlt/io/file_cache.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <vector>

#include "vrlt/core/logging.h"
#include "vrlt/io/files.h"

namespace vrlt::io {
namespace fs = std::filesystem;
namespace {

constexpr size_t kHashDigits = 64;
constexpr std::string_view kMark = ".vrlt-";  ///< Between key and kind: a folder may hold other files that are named by a hash.
constexpr std::string_view kPart = "part";    ///< Not yet whole, or left by a process that was killed.

bool is_entry(std::string_view name) {
  return name.size() > kHashDigits + kMark.size() && name.substr(0, kHashDigits).find_first_not_of("0123456789abcdef") == std::string_view::npos &&
         name.substr(kHashDigits, kMark.size()) == kMark;
}

}  // namespace

FileCache::FileCache(fs::path folder, int64_t max_bytes) : folder_(std::move(folder)), max_bytes_(max_bytes) { create_folders(folder_); }

fs::path FileCache::path_of(const std::string& key, const std::string& kind) const { return folder_ / concat(key, kMark, kind); }

/// A name that no other process or thread uses.
fs::path FileCache::new_file() {
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  return folder_ / concat(sha256(concat(::getpid(), "/", files_made_++, "/", now, "/", folder_.string())), kMark, kPart);
}

/// What was used last goes last. The system's own times are too coarse to tell.
void FileCache::mark_used(const fs::path& entry) {
  std::error_code ignored;
  fs::last_write_time(entry, fs::file_time_type::clock::now(), ignored);
}

void FileCache::discard(const fs::path& entry, const Error& error) {
  log::warning(concat("not used, though it was cached: ", error.what()));
  std::error_code ignored;
  fs::remove(entry, ignored);
}

void FileCache::publish(const fs::path& entry, int64_t bytes, const std::function<void(const fs::path& part)>& write) {
  if (gave_up_ || bytes > max_bytes_) return;
  const auto part = new_file();
  try {
    write(part);
    mark_used(part);
    fs::rename(part, entry);
    make_room();
  } catch (const std::exception& error) {
    std::error_code ignored;
    fs::remove(part, ignored);
    if (!gave_up_.exchange(true)) log::warning(concat("nothing more is cached: ", error.what()));
  }
}

/// Several processes may do so at once: what another removes first is no loss, and each leaves no more than the bound.
void FileCache::make_room() {
  struct File {
    fs::file_time_type used;
    int64_t bytes;
    fs::path path;
  };
  std::vector<File> files;
  int64_t total = 0;
  for (const auto& file : fs::directory_iterator(folder_)) {
    if (!is_entry(file.path().filename().string())) continue;
    std::error_code gone;
    File found{.used = file.last_write_time(gone), .path = file.path()};
    if (!gone) found.bytes = static_cast<int64_t>(file.file_size(gone));
    if (gone) continue;
    total += found.bytes;
    files.push_back(std::move(found));
  }
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.used < b.used; });
  for (const auto& file : files) {
    if (total <= max_bytes_) return;
    std::error_code ignored;
    fs::remove(file.path, ignored);
    total -= file.bytes;
  }
}

}  // namespace vrlt::io
