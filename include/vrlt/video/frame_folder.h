#pragma once

#include <memory>
#include <set>

#include "vrlt/core/error.h"
#include "vrlt/data/frame_folder.h"
#include "vrlt/video/decoder.h"

namespace vrlt::video {

/// Reads chosen frames of a video that is a folder of still pictures, with the interface of
/// VideoReader. Frame i of the video is the picture numbered first + i, at i / fps seconds;
/// pictures are sorted by number, other files are ignored.
class FrameFolderReader {
 public:
  /// @throws MissingInputError if there is no such folder; DataError if it holds no picture of the
  /// pattern [no_decodable_frame], if numbers are so far apart that they cannot be a video [limit],
  /// or as decode_image for the first picture.
  FrameFolderReader(std::filesystem::path folder, const data::FrameFolder& frames,
                    const DecodeLimits& limits = {});

  int64_t num_frames() const { return static_cast<int64_t>(seconds_.size()); }
  const std::vector<double>& frame_seconds() const { return seconds_; }
  double average_fps() const { return frames_.fps; }
  int64_t height() const { return height_; }
  int64_t width() const { return width_; }
  double duration_seconds() const { return static_cast<double>(num_frames()) / frames_.fps; }
  double late_start_seconds() const { return 0.0; }
  /// As VideoReader::frame_share: of all numbers up to the highest.
  double frame_share() const {
    return static_cast<double>(std::ssize(numbers_) - std::ssize(undecodable_)) /
           static_cast<double>(num_frames());
  }
  /// Numbers that are missing or cannot be decoded end in [corrupt].
  const std::vector<std::string>& warnings() const { return warnings_; }

  /// As VideoReader::read_frames: a picture that is missing or cannot be decoded is replaced by the
  /// nearest earlier one.
  /// @throws DataError if no picture up to the last index can be decoded.
  void read_frames(std::span<const int64_t> indices,
                   const std::function<void(size_t i, const RgbFrame& frame)>& sink);

 private:
  RgbFrame decode(int64_t number) const;
  /// The nearest frame at or before `index` that decodes.
  RgbFrame decode_at_or_before(int64_t index);
  void note_undecodable(int64_t number, const Error& error);

  std::filesystem::path folder_;
  data::FrameFolder frames_;
  DecodeLimits limits_;
  std::vector<int64_t> numbers_;  ///< The numbers of the pictures that are there, ascending.
  std::vector<double> seconds_;
  int64_t height_ = 0, width_ = 0;
  std::set<int64_t> undecodable_;
  std::vector<std::string> warnings_;
};

}  // namespace vrlt::video
