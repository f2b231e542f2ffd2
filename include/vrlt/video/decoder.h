#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace vrlt::video {

/// Caps checked before anything is decoded or allocated.
struct DecodeLimits {
  int64_t max_pixels_per_frame = 8192LL * 4320;
  int64_t max_packets = 20'000'000;
  /// A file's packets are kept up to this size; a larger file is read from disk again for every
  /// pass.
  int64_t max_bytes_in_memory = 128LL << 20;
};

/// A decoded frame: RGB24, rows of `width * 3` bytes without padding, upright (display rotation
/// applied).
struct RgbFrame {
  int64_t height = 0;
  int64_t width = 0;
  std::vector<uint8_t> pixels;
};

/// Reads chosen frames of the best video stream of a file. One thread per reader: results do not
/// depend on the machine. Only local files in known video containers are opened; playlists and
/// network protocols are refused.
class VideoReader {
 public:
  /// Scans the packets for the time of every frame.
  /// @throws MissingInputError, or DataError whose text ends in the reason in brackets:
  /// [empty_file], [not_a_video], [no_video_stream], [no_decodable_frame], [truncated], [corrupt],
  /// [limit].
  explicit VideoReader(const std::filesystem::path& path, const DecodeLimits& limits = {});
  ~VideoReader();
  VideoReader(VideoReader&&) noexcept;

  /// Frames that the packets announce. Where these cannot be trusted (damage seen in them, no
  /// times, a start in the middle), frames that decode.
  int64_t num_frames() const;
  /// Presentation time of each frame in seconds, counted from the first frame; ascending.
  const std::vector<double>& frame_seconds() const;
  /// Frames per second: the stream's average rate.
  double average_fps() const;
  /// Upright size of the first frame in pixels.
  int64_t height() const;
  int64_t width() const;
  double duration_seconds() const;  ///< From the first frame to the end of the last.
  /// From the start of the file's own time to the first frame: a picture that comes in later than
  /// the sound, an empty edit. The file's time starts at 0 in MP4 and Matroska, with the earliest
  /// stream in others.
  double late_start_seconds() const;
  /// Of the frames that the file should hold, the share that is there, as far as it tells: by its
  /// table of frames (MP4), its length (Matroska), pictures that the stream counts but does not
  /// hold; and of the frames that were read those that no other had to stand in for. 1 for a sound
  /// file.
  double frame_share() const;
  /// Reasons why the result should not be trusted blindly, each ending in one in brackets; empty
  /// for a sound file: [truncated] less than the header promises, [corrupt] damage seen so far,
  /// [no_keyframe] the file starts in the middle, [no_timestamps] times are counted, [size_change]
  /// frames differ in size. What is only seen by decoding is added by read_frames.
  const std::vector<std::string>& warnings() const;

  /// Calls `sink(i, frame)` with frame `indices[i]` for every i, in ascending order. Indices must
  /// be ascending; repeats allowed. A frame that cannot be decoded is replaced by the nearest
  /// earlier one and recorded in warnings().
  /// @throws DataError if nothing can be decoded.
  void read_frames(std::span<const int64_t> indices,
                   const std::function<void(size_t i, const RgbFrame& frame)>& sink);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace vrlt::video
