#include "vrlt/io/file_cache.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>

#include "vrlt/core/logging.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"

namespace vrlt::io {
namespace fs = std::filesystem;
namespace {

constexpr size_t kHashDigits = 64;
/// Between key and kind: a folder may hold other files that are named by a hash.
constexpr std::string_view kMark = ".vrlt-";
/// Not yet whole, or left by a process that was killed.
constexpr std::string_view kPart = "part";
constexpr auto kPartLives = std::chrono::hours(24);  ///< After which nobody writes it any more.
constexpr const char* kTotalFile = "vrlt-cache-bytes";

bool is_entry(std::string_view name) {
  return name.size() > kHashDigits + kMark.size() &&
         name.substr(0, kHashDigits).find_first_not_of("0123456789abcdef") ==
             std::string_view::npos &&
         name.substr(kHashDigits, kMark.size()) == kMark;
}

/// Also the file beside it that it is renamed from.
bool is_part(std::string_view name) {
  return name.substr(kHashDigits + kMark.size()).starts_with(kPart);
}

}  // namespace

FileCache::FileCache(fs::path folder, int64_t max_bytes)
    : folder_(std::move(folder)), max_bytes_(max_bytes) {
  create_folders(folder_);
}

fs::path FileCache::path_of(const std::string& key, const std::string& kind) const {
  return folder_ / concat(key, kMark, kind);
}

/// A name that no other process or thread uses.
fs::path FileCache::new_file() {
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  return folder_ /
         concat(sha256(concat(::getpid(), "/", files_made_++, "/", now, "/", folder_.string())),
                kMark, kPart);
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

void FileCache::publish(const fs::path& entry, int64_t bytes,
                        const std::function<void(const fs::path& part)>& write) {
  if (gave_up_ || bytes > max_bytes_) return;
  const auto part = new_file();
  try {
    write(part);
    mark_used(part);
    const auto size = static_cast<int64_t>(fs::file_size(part));
    fs::rename(part, entry);
    make_room(size);
  } catch (const std::exception& error) {
    std::error_code ignored;
    fs::remove(part, ignored);
    if (!gave_up_.exchange(true)) log::warning(concat("nothing more is cached: ", error.what()));
  }
}

/// A number of bytes in a file of the folder, which one process and thread at a time may change.
class FileCache::Total {
 public:
  explicit Total(const fs::path& folder) : path_(folder / kTotalFile) {
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor_ < 0) throw DiskError(concat(path_.string(), ": ", std::strerror(errno)));
    while (::flock(descriptor_, LOCK_EX) != 0)
      if (errno != EINTR) throw_and_close();
  }
  ~Total() { ::close(descriptor_); }
  Total(const Total&) = delete;
  Total& operator=(const Total&) = delete;

  /// Nothing if no process has counted yet, or one was killed while it wrote.
  std::optional<int64_t> read() const {
    std::array<char, kMaxDigits> text;
    const auto size = ::pread(descriptor_, text.data(), text.size(), 0);
    int64_t value = 0;
    if (size < 2 || text[static_cast<size_t>(size) - 1] != '\n') return {};
    const char* end = text.data() + size - 1;
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    return error == std::errc() && stop == end && value >= 0 ? std::optional(value) : std::nullopt;
  }
  void write(int64_t value) {
    const auto text = concat(value, "\n");
    if (::ftruncate(descriptor_, 0) != 0 ||
        ::pwrite(descriptor_, text.data(), text.size(), 0) != std::ssize(text))
      throw DiskError(concat(path_.string(), ": ", std::strerror(errno)));
  }

 private:
  static constexpr size_t kMaxDigits = 32;
  [[noreturn]] void throw_and_close() {
    const auto reason = std::string(std::strerror(errno));
    ::close(descriptor_);
    throw DiskError(concat(path_.string(), ": cannot be locked: ", reason));
  }

  fs::path path_;
  int descriptor_ = -1;
};

/// What lies in the folder; parts that somebody left behind long ago are removed on the way.
std::vector<FileCache::Known> FileCache::list() {
  std::vector<Known> files;
  const auto now = fs::file_time_type::clock::now();
  for (const auto& path : list_folder(folder_)) {
    const auto name = path.filename().string();
    if (!is_entry(name)) continue;
    std::error_code gone;
    Known found{.used = fs::last_write_time(path, gone), .path = path};
    if (!gone) found.bytes = static_cast<int64_t>(fs::file_size(path, gone));
    if (gone) continue;
    if (!is_part(name))
      files.push_back(std::move(found));
    else if (now - found.used > kPartLives)
      fs::remove(path, gone);
  }
  std::sort(files.begin(), files.end(),
            [](const Known& a, const Known& b) { return a.used > b.used; });
  return files;
}

/// Takes the oldest of what the last listing found away until there is room. @return false if that
/// was not enough.
bool FileCache::evict_known(int64_t& total) {
  while (total > max_bytes_ && !oldest_last_.empty()) {
    const auto candidate = std::move(oldest_last_.back());
    oldest_last_.pop_back();
    std::error_code gone;
    // One that was used since, or replaced, is not among the oldest any more.
    if (fs::last_write_time(candidate.path, gone) != candidate.used || gone) continue;
    if (fs::remove(candidate.path, gone)) total -= candidate.bytes;
  }
  return total <= max_bytes_;
}

/// The folder is listed only where the total is not known, or all that the last listing found is
/// used up: an entry costs the same however many there are. What several processes do to one folder
/// is counted in one place, so that together they keep the bound.
void FileCache::make_room(int64_t added) {
  const std::lock_guard lock(mutex_);
  Total shared(folder_);
  const auto before = shared.read();
  auto total = before.value_or(0) + added;
  if (before && total <= max_bytes_) {
    shared.write(total);
    return;
  }
  if (!before || !evict_known(total)) {
    oldest_last_ = list();
    total = 0;
    for (const auto& file : oldest_last_) total += file.bytes;
    evict_known(total);
  }
  shared.write(total);
}

}  // namespace vrlt::io
