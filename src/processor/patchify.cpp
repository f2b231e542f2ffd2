#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>

#include "vrlt/core/error.h"
#include "vrlt/processor/processor.h"

namespace vrlt::processor {
namespace {

constexpr int64_t kPatch = 14, kMerge = 2, kTemporalPatch = 2;
constexpr double kMean[] = {0.48145466, 0.4578275, 0.40821073};
constexpr double kStd[] = {0.26862954, 0.26130258, 0.27577711};

at::Tensor channel_values(const double (&values)[3]) { return at::tensor({values[0], values[1], values[2]}, at::kFloat).view({1, 3, 1, 1}); }

}  // namespace

at::Tensor patchify(const at::Tensor& frames, at::Tensor* grid_thw) {
  VRLT_CHECK(frames.dim() == 4 && frames.size(1) == 3 && frames.size(0) >= 1, "frames ", frames.sizes());
  const int64_t height = frames.size(2), width = frames.size(3), unit = kPatch * kMerge;
  if (height % unit != 0 || width % unit != 0 || height == 0 || width == 0)
    throw DataError(concat("frames of ", width, "x", height, ": the sides must be multiples of ", unit));
  auto video = frames;
  if (frames.size(0) % kTemporalPatch != 0) video = at::cat({frames, frames.narrow(0, frames.size(0) - 1, 1)});
  const int64_t T = video.size(0) / kTemporalPatch, H = height / kPatch, W = width / kPatch;
  *grid_thw = at::tensor({T, H, W}, at::kLong).view({1, 3});
  // (p/255 - mean) / std, folded as the reference's fast path does
  const auto normalized = (video.to(at::kFloat) - channel_values(kMean) * 255.0) / (channel_values(kStd) * 255.0);
  return normalized.view({T, kTemporalPatch, 3, H / kMerge, kMerge, kPatch, W / kMerge, kMerge, kPatch})
      .permute({0, 3, 6, 4, 7, 2, 1, 5, 8})
      .reshape({T * H * W, 3 * kTemporalPatch * kPatch * kPatch});
}

}  // namespace vrlt::processor
