#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>
#include <sys/mman.h>

#include <algorithm>

#include "processor/patch_rows.h"
#include "vrlt/core/error.h"
#include "vrlt/processor/processor.h"

namespace vrlt::processor {

namespace {

/// Fresh memory of tens of megabytes costs as much as filling it unless it comes in large pages. A hint: nothing depends on it.
void ask_for_huge_pages(const at::Tensor& tensor) {
  constexpr uintptr_t kPage = 2 << 20;
  const auto begin = (reinterpret_cast<uintptr_t>(tensor.const_data_ptr()) + kPage - 1) / kPage * kPage;
  const auto end = (reinterpret_cast<uintptr_t>(tensor.const_data_ptr()) + tensor.nbytes()) / kPage * kPage;
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
}

}  // namespace

at::Tensor patchify(const at::Tensor& frames, at::Tensor* grid_thw) {
  VRLT_CHECK(frames.dim() == 4 && frames.size(1) == kChannels && frames.size(0) >= 1 && frames.scalar_type() == at::kByte, "frames ", frames.sizes());
  const int64_t count = frames.size(0), height = frames.size(2), width = frames.size(3), unit = kPatch * kMerge;
  if (height % unit != 0 || width % unit != 0 || height == 0 || width == 0)
    throw DataError(concat("frames of ", width, "x", height, ": the sides must be multiples of ", unit));
  const int64_t T = (count + kTemporalPatch - 1) / kTemporalPatch, H = height / kPatch, W = width / kPatch;
  *grid_thw = at::tensor({T, H, W}, at::kLong).view({1, 3});
  const auto packed = frames.contiguous();
  const auto* pixels = packed.const_data_ptr<uint8_t>();
  const int64_t frame_values = kChannels * height * width;
  auto rows = at::empty({T * H * W, kPatchValues}, at::kFloat);
  ask_for_huge_pages(rows);
  for (int64_t t = 0; t < T; ++t) {
    const int64_t first = t * kTemporalPatch, second = std::min(first + 1, count - 1);  // an odd last frame stands twice
    write_patch_rows({pixels + first * frame_values, pixels + second * frame_values}, height, width,
                     rows.mutable_data_ptr<float>() + t * H * W * kPatchValues);
  }
  return rows;
}

}  // namespace vrlt::processor
