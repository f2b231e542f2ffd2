#pragma once

#include <cstdint>
#include <span>

#include "video/ffmpeg_handles.h"

namespace vrlt::video {

/// Tells packets that hold nothing but a frame that no other frame is predicted from, by the
/// headers of their NAL units (H.264, H.265). What the container says of this is not asked: a wrong
/// flag would change frames. A packet of another codec, or one that holds anything else too, is
/// never called disposable. Source: H.264 7.4.1 (nal_ref_idc), H.265 7.4.2.2 (sub-layer
/// non-reference pictures).
class PacketUse {
 public:
  explicit PacketUse(const AVCodecParameters& parameters);

  /// Every packet of the stream must have been seen before `is_disposable` is asked: H.265 has
  /// frames that only frames of higher layers need.
  void see(const AVPacket& packet);
  bool is_disposable(const AVPacket& packet) const;

 private:
  enum class Kind { kNeeded, kDisposable, kNoFrame };
  Kind kind_of(std::span<const uint8_t> unit) const;
  Kind h264_kind(std::span<const uint8_t> unit) const;
  Kind h265_kind(std::span<const uint8_t> unit) const;

  bool is_h264_ = false, is_h265_ = false;
  int length_bytes_ = 0;  ///< Before every NAL unit; 0: start codes instead.
  int top_layer_ = 0;     ///< Highest TemporalId seen.
};

}  // namespace vrlt::video
