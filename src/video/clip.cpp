#include "vrlt/video/clip.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include "vrlt/core/error.h"
#include "vrlt/video/clip_plan.h"
#include "vrlt/video/frame_folder.h"
#include "vrlt/video/resize.h"

namespace vrlt::video {
namespace {

ClipPlan planned(const VideoFacts& facts, const std::filesystem::path& path, const VideoOptions& options, std::optional<double> start_seconds,
                 std::optional<double> end_seconds) {
  try {
    return plan_clip(facts, options, start_seconds, end_seconds);
  } catch (const DataError& error) {
    throw DataError(concat(path.string(), ": ", error.what()));
  }
}

/// @param Reader  VideoReader or FrameFolderReader; @param facts  its own.
template <typename Reader>
Clip read_clip(Reader& reader, const VideoFacts& facts, const std::filesystem::path& path, const VideoOptions& options,
               std::optional<double> start_seconds, std::optional<double> end_seconds) {
  const auto kernel = parse_resize_kernel(options.resize);
  const auto [selection, size] = planned(facts, path, options, start_seconds, end_seconds);
  Clip clip;
  clip.sample_fps = selection.sample_fps;
  clip.file_frames = selection.indices;
  clip.num_file_frames = reader.num_frames();
  clip.file_fps = reader.average_fps();
  clip.frames = at::empty({static_cast<int64_t>(selection.indices.size()), 3, size.height, size.width}, at::kByte);
  reader.read_frames(selection.indices, [&](size_t i, const RgbFrame& frame) {
    const auto rgb = at::from_blob(const_cast<uint8_t*>(frame.pixels.data()), {frame.height, frame.width, 3}, at::kByte).permute({2, 0, 1});
    clip.frames[static_cast<int64_t>(i)].copy_(resize_frame(rgb, size, kernel));
  });
  const double clip_start = start_seconds.value_or(0.0);
  for (const int64_t index : selection.indices) clip.frame_seconds.push_back(reader.frame_seconds()[static_cast<size_t>(index)] - clip_start);
  clip.duration_seconds = std::min(reader.duration_seconds(), end_seconds.value_or(reader.duration_seconds())) - clip_start;
  clip.warnings = reader.warnings();
  return clip;
}

}  // namespace

Clip load_clip(const std::filesystem::path& path, const VideoOptions& options, std::optional<double> start_seconds, std::optional<double> end_seconds,
               const DecodeLimits& limits) {
  VideoReader reader(path, limits);
  return read_clip(reader, facts_of(reader), path, options, start_seconds, end_seconds);
}

Clip load_frame_folder(const std::filesystem::path& folder, const data::FrameFolder& frames, const VideoOptions& options,
                       std::optional<double> start_seconds, std::optional<double> end_seconds, const DecodeLimits& limits) {
  FrameFolderReader reader(folder, frames, limits);
  return read_clip(reader, facts_of(reader, frames.first), folder, options, start_seconds, end_seconds);
}

}  // namespace vrlt::video
