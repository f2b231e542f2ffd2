#pragma once

#include <cstdint>
#include <functional>

#include "video/ffmpeg_handles.h"
#include "video/video_stream.h"

namespace vrlt::video {

/// Goes through what the decoder gives by the numbers of frames: holds the latest one up to the
/// wanted one, and at most one after it.
class FrameCursor {
 public:
  /// The number of a frame; `next` is that which follows the one before.
  using NumberOf = std::function<int64_t(const AVFrame& frame, int64_t next)>;

  /// @param stream  at its start; outlives the cursor.
  FrameCursor(VideoStream& stream, NumberOf number_of)
      : stream_(stream), number_of_(std::move(number_of)) {}

  /// The stream was sought: it goes on with frame `next`.
  void jump_to(int64_t next);

  /// Decodes until the frame is there, or one after it. @return  whether it is this frame.
  /// @param wanted  not before the one of an earlier call.
  bool reach(int64_t wanted);

  /// Whether picture() has something to show.
  bool has_frame() const { return shown_.number >= 0 || ahead_.number >= 0; }

  /// The frame that was reached, or what stands in for it: the nearest earlier one, before the
  /// first the next. Valid until the next call. @throws as VideoStream::to_rgb.
  const RgbFrame& picture();

 private:
  struct Decoded {
    Frame frame{av_frame_alloc()};
    int64_t number = -1;  ///< -1: none.
    void set(const AVFrame& other, int64_t its_number);
  };

  VideoStream& stream_;
  NumberOf number_of_;
  Decoded shown_, ahead_;
  int64_t next_ = 0;
  RgbFrame rgb_;  ///< Of frame `rgb_number_`.
  int64_t rgb_number_ = -1;
};

}  // namespace vrlt::video
