#include "vrlt/video/frame_cache.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "video/cached_clip.h"
#include "video/ffmpeg_handles.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/json.h"
#include "vrlt/io/reading.h"

namespace vrlt::video {
namespace fs = std::filesystem;
namespace {

/// Of the entries, and of what makes frames from what FFmpeg gives.
constexpr int kFormatVersion = 4;
constexpr size_t kHashDigits = 64;

bool is_hash(std::string_view text) {
  return text.size() == kHashDigits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

io::Json settings_of(const VideoOptions& options) {
  // A field that is added does not compile until it is named here too.
  const auto& [sampler, fps, num_frames, min_frames, max_frames, min_pixels, max_pixels,
               total_pixels, size_rule, height, width, factor, resize, short_clip, min_share] =
      options;
  const auto or_null = [](const auto& value) { return value ? io::Json(*value) : io::Json(); };
  return {sampler,
          fps,
          or_null(num_frames),
          min_frames,
          max_frames,
          min_pixels,
          or_null(max_pixels),
          total_pixels,
          size_rule,
          or_null(height),
          or_null(width),
          factor,
          resize,
          short_clip,
          min_share};
}

io::Json identity_of(const fs::path& path, const struct stat& status) {
  return {path.string(),         status.st_dev,         status.st_ino,
          status.st_size,        status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
          status.st_ctim.tv_sec, status.st_ctim.tv_nsec};
}

std::string content_of_folder(const fs::path& folder) {
  std::vector<std::string> files;
  for (const auto& path : io::list_input_folder(folder)) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0)
      files.push_back(io::to_line(identity_of(path.filename(), status)));
  }
  std::sort(files.begin(), files.end());
  std::string all;
  for (const auto& file : files) all += file + "\n";
  return io::sha256(all);
}

}  // namespace

FrameCache::FrameCache(const fs::path& folder, int64_t max_bytes) : files_(folder, max_bytes) {}

std::string FrameCache::content_of(const fs::path& video) {
  struct stat status {};
  if (::stat(video.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR)
      throw MissingInputError(video.string() + ": no such file");
    throw DataError(
        concat(video.string(), ": cannot be opened: ", std::strerror(errno), " [not_a_video]"));
  }
  if (!S_ISREG(status.st_mode))
    throw DataError(video.string() + ": not a regular file [not_a_video]");
  std::error_code ignored;  // without a current folder the path as given is as good
  const auto full = fs::absolute(video, ignored), absolute = ignored ? video : full;
  const auto known =
      files_.path_of(io::sha256(io::to_line(identity_of(absolute, status))), "video");
  try {
    if (auto content = io::read_file(known, kHashDigits); is_hash(content)) return content;
  } catch (const Error&) {  // not seen before
  }
  auto content = io::sha256_file(video);
  files_.publish(known, kHashDigits,
                 [&](const fs::path& part) { io::write_file_atomic(part, content); });
  return content;
}

std::string FrameCache::key_of(const ClipRequest& request) {
  const auto or_null = [](const auto& value) { return value ? io::Json(*value) : io::Json(); };
  io::Json key = {kFormatVersion,
                  {avcodec_version(), avformat_version(), swscale_version()},
                  request.frames ? content_of_folder(request.path) : content_of(request.path),
                  settings_of(request.options),
                  or_null(request.start_seconds),
                  or_null(request.end_seconds)};
  if (request.frames)
    key.push_back({request.frames->pattern, request.frames->first, request.frames->fps});
  return io::sha256(io::to_line(key));
}

std::optional<Clip> FrameCache::find(const std::string& key) {
  return files_.find(files_.path_of(key, "clip"), read_cached_clip);
}

void FrameCache::store(const std::string& key, const Clip& clip) {
  files_.publish(files_.path_of(key, "clip"), static_cast<int64_t>(clip.frames.nbytes()),
                 [&](const fs::path& part) { write_cached_clip(part, clip); });
}

}  // namespace vrlt::video
