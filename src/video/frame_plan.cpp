#include "video/frame_plan.h"

#include <algorithm>

namespace vrlt::video {
namespace {

/// The entry to go on at to get frame `wanted`, if that saves decoding; `next` is the frame that
/// the decoder gives next.
std::optional<size_t> entry_beyond(int64_t next, int64_t wanted, std::span<const int64_t> entries,
                                   int64_t frames_in_flight) {
  const auto after = std::upper_bound(entries.begin(), entries.end(), wanted);
  if (after == entries.begin() || *(after - 1) <= next + frames_in_flight) return {};
  return static_cast<size_t>(after - entries.begin()) - 1;
}

}  // namespace

std::vector<FrameSegment> plan_frames(std::span<const int64_t> indices,
                                      std::span<const int64_t> entries, int64_t frames_in_flight) {
  std::vector<FrameSegment> segments;
  int64_t next = 0;
  for (size_t i = 0; i < indices.size(); ++i) {
    const auto entry = entry_beyond(next, indices[i], entries, frames_in_flight);
    if (i == 0 || entry)
      segments.push_back({entry, i, i + 1});
    else
      segments.back().end = i + 1;
    next = indices[i] + 1;
  }
  return segments;
}

}  // namespace vrlt::video
