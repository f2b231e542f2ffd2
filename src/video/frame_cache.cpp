#include "vrlt/video/frame_cache.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "video/cached_clip.h"
#include "video/ffmpeg_handles.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/io/files.h"
#include "vrlt/io/json.h"

namespace vrlt::video {
namespace fs = std::filesystem;
namespace {

constexpr int kFormatVersion = 1;
constexpr size_t kHashDigits = 64;
constexpr const char* kEntrySuffix = ".clip";     ///< After the key.
constexpr const char* kContentSuffix = ".video";  ///< After the hash of a file's identity: holds the hash of its content.
constexpr const char* kPartSuffix = ".part";      ///< Not yet whole, or left by a process that was killed.

bool is_hash(std::string_view text) { return text.size() == kHashDigits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

/// Only files named as we name them are ever removed.
bool is_ours(const std::string& name) {
  const auto rest = name.substr(std::min(name.size(), kHashDigits));
  return is_hash(name.substr(0, kHashDigits)) && (rest == kEntrySuffix || rest == kContentSuffix || rest.find(kPartSuffix) != std::string::npos);
}

io::Json settings_of(const VideoOptions& options) {
  // A field that is added does not compile until it is named here too.
  const auto& [sampler, fps, num_frames, min_frames, max_frames, min_pixels, max_pixels, total_pixels, height, width, factor, resize] = options;
  const auto or_null = [](const auto& value) { return value ? io::Json(*value) : io::Json(); };
  return {sampler, fps,   or_null(num_frames), min_frames, max_frames, min_pixels, or_null(max_pixels), total_pixels, or_null(height), or_null(width),
          factor,  resize};
}

io::Json identity_of(const fs::path& path, const struct stat& status) {
  return {path.string(),         status.st_dev,          status.st_ino,         status.st_size,
          status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec};
}

std::string content_of_folder(const fs::path& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& file : fs::directory_iterator(folder, error)) {
    struct stat status {};
    if (::stat(file.path().c_str(), &status) == 0) files.push_back(io::to_line(identity_of(file.path().filename(), status)));
  }
  if (error) throw MissingInputError(concat(folder.string(), ": no such folder of frames"));
  std::sort(files.begin(), files.end());
  std::string all;
  for (const auto& file : files) all += file + "\n";
  return io::sha256(all);
}

}  // namespace

Clip read_clip(const ClipRequest& request) {
  return request.frames ? load_frame_folder(request.path, *request.frames, request.options, request.start_seconds, request.end_seconds)
                        : load_clip(request.path, request.options, request.start_seconds, request.end_seconds);
}

FrameCache::FrameCache(fs::path folder, int64_t max_bytes) : folder_(std::move(folder)), max_bytes_(max_bytes) { io::create_folders(folder_); }

fs::path FrameCache::entry(const std::string& key) const { return folder_ / (key + kEntrySuffix); }

/// A name that no other process or thread uses.
fs::path FrameCache::new_file() {
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  return folder_ / (io::sha256(concat(::getpid(), "/", files_made_++, "/", now, "/", folder_.string())) + kPartSuffix);
}

std::string FrameCache::content_of(const fs::path& video) {
  struct stat status {};
  if (::stat(video.c_str(), &status) != 0) throw MissingInputError(video.string() + ": no such file");
  if (!S_ISREG(status.st_mode)) throw DataError(video.string() + ": not a regular file [not_a_video]");
  const auto known = folder_ / (io::sha256(io::to_line(identity_of(fs::absolute(video), status))) + kContentSuffix);
  try {
    if (auto content = io::read_file(known, kHashDigits); is_hash(content)) return content;
  } catch (const Error&) {  // not seen before
  }
  auto content = io::sha256_file(video);
  publish(known, [&](const fs::path& part) { io::write_file_atomic(part, content); });
  return content;
}

void FrameCache::publish(const fs::path& path, const std::function<void(const fs::path& part)>& write) {
  if (gave_up_) return;
  const auto part = new_file();
  try {
    write(part);
    fs::last_write_time(part, fs::file_time_type::clock::now());  // the system's own times are too coarse to tell which was used last
    fs::rename(part, path);
    make_room();
  } catch (const std::exception& error) {
    std::error_code ignored;
    fs::remove(part, ignored);
    if (!gave_up_.exchange(true)) log::warning(concat("no more frames are cached: ", error.what()));
  }
}

std::string FrameCache::key_of(const ClipRequest& request) {
  const auto or_null = [](const auto& value) { return value ? io::Json(*value) : io::Json(); };
  io::Json key = {kFormatVersion,
                  {avcodec_version(), avformat_version(), swscale_version()},
                  request.frames ? content_of_folder(request.path) : content_of(request.path),
                  settings_of(request.options),
                  or_null(request.start_seconds),
                  or_null(request.end_seconds)};
  if (request.frames) key.push_back({request.frames->pattern, request.frames->first, request.frames->fps});
  return io::sha256(io::to_line(key));
}

std::optional<Clip> FrameCache::find(const std::string& key) {
  const auto path = entry(key);
  try {
    auto clip = read_cached_clip(path);
    std::error_code ignored;
    fs::last_write_time(path, fs::file_time_type::clock::now(), ignored);  // what was used last goes last
    return clip;
  } catch (const MissingInputError&) {
    return {};
  } catch (const Error& error) {
    log::warning(concat("cached frames are not used: ", error.what()));
    std::error_code ignored;
    fs::remove(path, ignored);
    return {};
  }
}

void FrameCache::store(const std::string& key, const Clip& clip) {
  if (static_cast<int64_t>(clip.frames.nbytes()) > max_bytes_) return;
  publish(entry(key), [&](const fs::path& part) { write_cached_clip(part, clip); });
}

/// Several processes may do so at once: what another removes first is no loss, and each leaves no more than the bound.
void FrameCache::make_room() {
  struct File {
    fs::file_time_type used;
    int64_t bytes;
    fs::path path;
  };
  std::vector<File> files;
  int64_t total = 0;
  for (const auto& file : fs::directory_iterator(folder_)) {
    if (!is_ours(file.path().filename().string())) continue;
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

}  // namespace vrlt::video
