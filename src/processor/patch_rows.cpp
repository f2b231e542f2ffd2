#include "processor/patch_rows.h"

#include <cstring>
#include <vector>

#include "core/simd.h"

namespace vrlt::processor {
namespace {

// (p/255 - mean) / std, folded as the reference's fast path does: the products in float32, then a subtraction and a division.
constexpr float kMean[kChannels] = {0.48145466F * 255.0F, 0.4578275F * 255.0F, 0.40821073F * 255.0F};
constexpr float kStd[kChannels] = {0.26862954F * 255.0F, 0.26130258F * 255.0F, 0.27577711F * 255.0F};

VRLT_INLINE void normalize(const uint8_t* __restrict levels, int64_t count, float mean, float std, float* __restrict values) {
  for (int64_t i = 0; i < count; ++i) values[i] = (static_cast<float>(levels[i]) - mean) / std;
}

}  // namespace

VRLT_SIMD_AVX2 void write_patch_rows(const uint8_t* const (&frames)[kTemporalPatch], int64_t height, int64_t width, float* rows) {
  constexpr int64_t kSide = kMerge * kPatch;
  std::vector<float> line(static_cast<size_t>(width));
  const int64_t patches = width / kPatch;
  for (int64_t y = 0; y < height; ++y)
    for (int64_t c = 0; c < kChannels; ++c)
      for (int64_t t = 0; t < kTemporalPatch; ++t) {
        normalize(frames[t] + (c * height + y) * width, width, kMean[c], kStd[c], line.data());
        // Patches of a merge block follow each other: two of this line of patches, then two of the next.
        float* first = rows + (y / kSide * patches * kMerge + y / kPatch % kMerge * kMerge) * kPatchValues +
                       ((c * kTemporalPatch + t) * kPatch + y % kPatch) * kPatch;
        for (int64_t x = 0; x < patches; ++x)
          std::memcpy(first + (x / kMerge * kMerge * kMerge + x % kMerge) * kPatchValues, line.data() + x * kPatch, kPatch * sizeof(float));
      }
}

}  // namespace vrlt::processor
