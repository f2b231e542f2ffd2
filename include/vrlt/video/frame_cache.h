#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "vrlt/io/file_cache.h"
#include "vrlt/video/clip.h"

namespace vrlt::video {

/// A folder of clips as models see them, sampled and resized, so that later epochs and runs read no
/// video. To be shared and bounded as io::FileCache says.
///
/// The key of an entry is a hash of the content of the video (SHA-256 of the whole file), of every
/// setting in the request, and of the versions of this format and of FFmpeg. A file's hash is
/// remembered with its path, size, inode and times of change, so that it is read again only when
/// one of these differs. Of a folder of pictures the names, sizes and times of all files stand for
/// the content.
class FrameCache {
 public:
  /// Makes the folder. @param max_bytes  of all entries: the least recently used ones go when a new
  /// one would exceed it.
  /// @throws DiskError.
  FrameCache(const std::filesystem::path& folder, int64_t max_bytes);

  /// @throws MissingInputError, DataError if the video cannot be read.
  std::string key_of(const ClipRequest& request);
  /// With its warnings. Nothing if there is none, or none that is sound.
  std::optional<Clip> find(const std::string& key);
  /// Does nothing but log a warning where the folder cannot be written: a run does not need its
  /// cache.
  void store(const std::string& key, const Clip& clip);

 private:
  std::string content_of(const std::filesystem::path& video);
  io::FileCache files_;
};

}  // namespace vrlt::video
