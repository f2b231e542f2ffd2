#pragma once

#include <cstdint>

#include "vrlt/video/frame_sampler.h"

namespace vrlt::video {

/// How many pixels each frame of a clip of so many may have after resizing; where frames have a
/// given size, those of that.
double most_frame_pixels(int64_t num_frames, const VideoOptions& options);

}  // namespace vrlt::video
