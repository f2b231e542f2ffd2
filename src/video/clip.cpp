#include "vrlt/video/clip.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include "vrlt/core/error.h"
#include "vrlt/video/frame_folder.h"
#include "vrlt/video/resize.h"

namespace vrlt::video {
namespace {

/// What `action` gives; its DataErrors say which file they are about.
template <typename Action>
auto located(const std::filesystem::path& path, const Action& action) {
  try {
    return action();
  } catch (const DataError& error) {
    throw DataError(concat(path.string(), ": ", error.what()));
  }
}

at::Tensor read_frames(auto& reader, const ClipPlan& plan, ResizeKernel kernel) {
  const auto& indices = plan.selection.indices;
  auto frames = at::empty({std::ssize(indices), 3, plan.size.height, plan.size.width}, at::kByte);
  reader.read_frames(indices, [&](size_t i, const RgbFrame& frame) {
    const auto rgb = at::from_blob(const_cast<uint8_t*>(frame.pixels.data()),
                                   {frame.height, frame.width, 3}, at::kByte)
                         .permute({2, 0, 1});
    frames[static_cast<int64_t>(i)].copy_(resize_frame(rgb, plan.size, kernel));
  });
  return frames;
}

/// @param Reader  VideoReader or FrameFolderReader; @param facts  its own.
template <typename Reader>
Clip read_clip(Reader& reader, const VideoFacts& facts, const std::filesystem::path& path,
               const VideoOptions& options, std::optional<double> start_seconds,
               std::optional<double> end_seconds) {
  const auto kernel = parse_resize_kernel(options.resize);
  const auto plan =
      located(path, [&] { return plan_clip(facts, options, start_seconds, end_seconds); });
  Clip clip;
  clip.sample_fps = plan.selection.sample_fps;
  clip.file_frames = plan.selection.indices;
  clip.num_file_frames = facts.num_frames;
  clip.file_fps = facts.average_fps;
  clip.file_seconds = facts.duration_seconds;
  clip.duration_seconds = plan.duration_seconds;
  clip.start_seconds = start_seconds.value_or(0.0);
  clip.notes = plan.notes;
  clip.frames = read_frames(reader, plan, kernel);
  located(path, [&] { require_share(reader.frame_share(), options, "corrupt"); });
  for (const double seconds : plan.selection.seconds)
    clip.frame_seconds.push_back(seconds - clip.start_seconds);
  clip.warnings = reader.warnings();
  clip.warnings.insert(clip.warnings.end(), plan.warnings.begin(), plan.warnings.end());
  return clip;
}

}  // namespace

Clip read_clip(const ClipRequest& request) {
  return request.frames
             ? load_frame_folder(request.path, *request.frames, request.options,
                                 request.start_seconds, request.end_seconds)
             : load_clip(request.path, request.options, request.start_seconds, request.end_seconds);
}

Clip load_clip(const std::filesystem::path& path, const VideoOptions& options,
               std::optional<double> start_seconds, std::optional<double> end_seconds,
               const DecodeLimits& limits) {
  VideoReader reader(path, limits);
  return read_clip(reader, facts_of(reader), path, options, start_seconds, end_seconds);
}

Clip load_frame_folder(const std::filesystem::path& folder, const data::FrameFolder& frames,
                       const VideoOptions& options, std::optional<double> start_seconds,
                       std::optional<double> end_seconds, const DecodeLimits& limits) {
  FrameFolderReader reader(folder, frames, limits);
  return read_clip(reader, facts_of(reader, frames.first), folder, options, start_seconds,
                   end_seconds);
}

}  // namespace vrlt::video
