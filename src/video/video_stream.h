#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "video/ffmpeg_handles.h"
#include "video/packet_use.h"
#include "video/rgb_converter.h"
#include "vrlt/video/decoder.h"

namespace vrlt::video {

/// The best video stream of a file, opened for decoding with one thread. Knows FFmpeg, not frames'
/// numbers. Packets are read once: those of all but very large files stay in memory, so that going
/// back and seeking cannot depend on how well a container can be searched.
class VideoStream {
 public:
  VideoStream(const std::filesystem::path& path, const DecodeLimits& limits);

  struct Keyframe {
    int64_t pts = 0;
    size_t packet = 0;  ///< Its number in decoding order.
  };
  /// What the packet scan found.
  struct Index {
    std::vector<int64_t> pts;         ///< Of each shown frame, ascending.
    std::vector<Keyframe> keyframes;  ///< By time; those hidden by an edit list too.
    int64_t num_packets = 0;          ///< Of this stream, hidden ones included.
    int64_t num_damaged = 0;          ///< Those that the container says are not whole.
    /// Those whose time was damaged and has been put right (time_cadence.h).
    int64_t num_mended_times = 0;
    /// That the frame shown last stays, by its packet; 0 if that does not say.
    double last_seconds = 0.0;
    /// When the last packet of any stream ends, in the file's own time.
    double end_seconds = 0.0;
    bool has_times = false;  ///< Some packet says when it is.
    bool starts_with_keyframe = true;
    /// A frame stays much longer than most: a slow picture, or packets are lost. Only the decoder
    /// can tell which.
    bool has_gaps = false;
    /// false: what can be decoded may differ from what the packets say, because one has no time or
    /// is damaged, or because frames come before the first keyframe.
    bool complete = true;
  };
  Index scan_packets();

  /// The next frame in presentation order, or null at the end. What the decoder refuses is skipped
  /// and noted.
  const AVFrame* next_frame();
  /// From the start: the first frame, which stays the next one.
  const AVFrame* first_frame();
  void rewind();
  /// Goes on at a keyframe. @return false if this container cannot.
  bool seek(const Keyframe& keyframe);
  /// From here on, and until `rewind`, packets of frames that are not shown at one of `pts` are
  /// left out where no other frame needs them.
  /// @param pts  ascending.
  void want_only(std::vector<int64_t> pts) { wanted_ = std::move(pts); }

  /// No frame shown later than the one at `pts` is wanted before the next seek: the decoder is
  /// emptied as soon as it has got that one.
  void want_none_after(int64_t pts) { pass_.last_wanted = pts; }

  /// Into `rgb`, whose memory is used again.
  void to_rgb(const AVFrame& frame, RgbFrame& rgb);

  /// From one time to a later one. Unsigned, because a hostile file may put any two numbers here.
  double seconds_between(int64_t from, int64_t to) const {
    return static_cast<double>(static_cast<uint64_t>(to) - static_cast<uint64_t>(from)) *
           av_q2d(stream_->time_base);
  }
  double average_fps() const;
  /// Frames that the header promises: exact where the container has a table of them, a claim
  /// elsewhere; 0 if it says nothing.
  int64_t promised_frames() const;
  bool has_sample_table() const { return has_sample_table_; }
  /// Whether the length in the header was written when the file was closed: Matroska.
  bool has_length() const { return has_file_index_ && !has_sample_table_; }
  /// End of the file by its header, 0 if it says nothing.
  double promised_seconds() const;
  /// From the start of the file's own time to `pts`; never negative.
  double seconds_into_file(int64_t pts) const;
  /// Of the longest other stream that says how long it is.
  double known_seconds_of_others() const;
  int rotation() const { return rotation_; }
  int reorder_depth() const { return codec_->has_b_frames; }
  /// Times of the frames that are not whole, or that the decoder refused or marked as damaged, in
  /// passes over everything from the start.
  const std::set<int64_t>& damaged() const { return damaged_; }
  /// Whether damage was met since the last seek, or since `want_only`: such frames may only lack
  /// what was not decoded.
  bool damaged_after_skip() const { return pass_.damaged_after_skip; }
  /// Pictures that the stream counts but does not hold, in passes over everything from the start;
  /// the decoder fills in for them without a word.
  int64_t missing_pictures() const { return missing_pictures_; }
  /// Whether frames of different sizes came so far.
  bool size_changes() const { return size_changes_; }
  /// Whether keyframes can be gone to exactly.
  bool can_seek() const { return in_memory_ || has_file_index_; }

  [[noreturn]] void fail(const std::string& what, const char* reason) const;

 private:
  void open_input();
  void choose_stream();
  struct ScannedPacket {
    int64_t pts = 0, duration = 0;
    size_t number = 0;  ///< In decoding order, among all of the stream.
    bool is_key = false, is_shown = false;
  };
  int64_t mend_times(std::vector<ScannedPacket>& packets);
  void index_packets(const std::vector<ScannedPacket>& packets, Index& index) const;
  void open_decoder();
  void check_size(int64_t width, int64_t height) const;
  bool read_packet();
  bool feed_packet();
  bool is_needed(const AVPacket& packet) const;
  void note_damage(int64_t pts);
  void note_frame();

  std::filesystem::path path_;
  DecodeLimits limits_;
  InputFormat format_;
  AVStream* stream_ = nullptr;
  CodecContext codec_;
  Packet packet_;
  Frame frame_;
  int rotation_ = 0;  ///< Degrees clockwise that make the picture upright: 0, 90, 180, 270.

  std::vector<Packet> packets_;  ///< All of the stream, if `in_memory_`.
  size_t next_packet_ = 0;
  /// Damaged time to right one, of packets that are read from disk again.
  std::map<int64_t, int64_t> mended_;
  bool in_memory_ = false;
  bool has_file_index_ = false, has_sample_table_ = false;

  bool at_start_ = true;      ///< No frame was taken since the start.
  bool holds_frame_ = false;  ///< `frame_` is still to be given.
  std::set<int64_t> damaged_;
  /// What holds since the start or the last seek.
  struct Pass {
    std::optional<int64_t> sought_pts;   ///< Where the seek went; none: from the start.
    std::optional<int64_t> last_wanted;  ///< Of want_none_after.
    bool has_enough = false;             ///< The frame at last_wanted was sent to the decoder.
    bool drained = false;                ///< The decoder was told that nothing follows.
    bool damaged_after_skip = false;
    /// What the pictures' own numbers are compared with.
    int64_t sent_packets = 0, first_coded = -1, first_packet = 0;
  };
  Pass pass_;
  /// Of the packets of `stream_`; set by the scan.
  std::optional<PacketUse> use_;
  std::optional<std::vector<int64_t>> wanted_;  ///< None: every frame.
  int64_t missing_pictures_ = 0;
  int width_ = 0, height_ = 0;
  bool size_changes_ = false;

  RgbConverter converter_;
};

}  // namespace vrlt::video
