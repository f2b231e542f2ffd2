#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace vrlt::video {

/// A stretch of frames that are decoded one after the other.
struct FrameSegment {
  /// Where decoding starts: the number of an entry. None: at the start of the file.
  std::optional<size_t> entry;
  /// It gives the frames `indices[begin]` to `indices[end - 1]`, and is decoded up to the last.
  size_t begin = 0, end = 0;

  bool operator==(const FrameSegment&) const = default;
};

/// How to get frames with little decoding, from what the packets of a file say: seek there, decode
/// up to there, give these. Segments cover all indices in their order.
/// @param indices  of the wanted frames, ascending; repeats allowed.
/// @param entries  for each place where decoding may start, the first frame that comes out,
/// ascending; empty for a file that cannot be sought.
/// @param frames_in_flight  that the decoder holds back (its reorder depth). A seek throws them
/// away, so that it pays only where it passes over more.
std::vector<FrameSegment> plan_frames(std::span<const int64_t> indices,
                                      std::span<const int64_t> entries, int64_t frames_in_flight);

}  // namespace vrlt::video
