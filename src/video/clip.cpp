#include "vrlt/video/clip.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_upsample_bicubic2d_aa.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/round.h>

#include "vrlt/core/error.h"

namespace vrlt::video {

at::Tensor resize_frame(const at::Tensor& frame, ImageSize size) {
  if (frame.size(1) == size.height && frame.size(2) == size.width) return frame;
  const at::NoGradGuard no_grad;
  const auto resized = at::_upsample_bicubic2d_aa(frame.to(at::kFloat).unsqueeze(0), {size.height, size.width}, /*align_corners=*/false);
  return resized.squeeze(0).clamp_(0, 255).round_().to(at::kByte);
}

Clip load_clip(const std::filesystem::path& path, const VideoOptions& options, std::optional<double> start_seconds, std::optional<double> end_seconds,
               const DecodeLimits& limits) {
  VideoReader reader(path, limits);
  const auto located = [&](const DataError& error) { return DataError(concat(path.string(), ": ", error.what())); };
  Clip clip;
  FrameSelection selection;
  ImageSize size;
  try {
    selection = select_frames(reader.num_frames(), reader.average_fps(), options, start_seconds, end_seconds);
    size = clip_frame_size(static_cast<int64_t>(selection.indices.size()), {reader.height(), reader.width()}, options);
  } catch (const DataError& error) {
    throw located(error);
  }
  clip.sample_fps = selection.sample_fps;
  clip.frames = at::empty({static_cast<int64_t>(selection.indices.size()), 3, size.height, size.width}, at::kByte);
  reader.read_frames(selection.indices, [&](size_t i, const RgbFrame& frame) {
    const auto rgb = at::from_blob(const_cast<uint8_t*>(frame.pixels.data()), {frame.height, frame.width, 3}, at::kByte).permute({2, 0, 1});
    clip.frames[static_cast<int64_t>(i)].copy_(resize_frame(rgb, size));
  });
  const double clip_start = start_seconds.value_or(0.0);
  for (const int64_t index : selection.indices) clip.frame_seconds.push_back(reader.frame_seconds()[static_cast<size_t>(index)] - clip_start);
  clip.duration_seconds = std::min(reader.duration_seconds(), end_seconds.value_or(reader.duration_seconds())) - clip_start;
  clip.warnings = reader.warnings();
  return clip;
}

}  // namespace vrlt::video
