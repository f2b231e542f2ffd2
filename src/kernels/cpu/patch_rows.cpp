#include "vrlt/kernels/patch_rows.h"

#include <cstring>
#include <vector>

#include "kernels/cpu/simd.h"

namespace vrlt::kernels {
namespace {

VRLT_INLINE void normalize(const uint8_t* __restrict levels, int64_t count, float mean, float std,
                           float* __restrict values) {
  for (int64_t i = 0; i < count; ++i) values[i] = (static_cast<float>(levels[i]) - mean) / std;
}

/// A line of a patch: whole registers, the last of which may overlap the one before, so that any
/// length costs no call and no rest.
VRLT_INLINE void copy_line(const float* from, int64_t count, float* to) {
  constexpr int64_t kRegister = 8;
  if (count < kRegister) {
    for (int64_t i = 0; i < count; ++i) to[i] = from[i];
    return;
  }
  for (int64_t i = 0; i + kRegister < count; i += kRegister)
    std::memcpy(to + i, from + i, kRegister * sizeof(float));
  std::memcpy(to + count - kRegister, from + count - kRegister, kRegister * sizeof(float));
}

}  // namespace

VRLT_SIMD_AVX2 void write_patch_rows(std::span<const uint8_t* const> frames, int64_t height,
                                     int64_t width, PatchLayout layout, const LevelScale& scale,
                                     float* rows) {
  const int64_t patch = layout.patch_size, merge = layout.merge_size;
  const auto depth = static_cast<int64_t>(frames.size()),
             channels = static_cast<int64_t>(scale.mean.size());
  const int64_t values = channels * depth * patch * patch;
  std::vector<float> line(static_cast<size_t>(width));
  const int64_t patches = width / patch, blocks = patches / merge;
  for (int64_t y = 0; y < height; ++y)
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t t = 0; t < depth; ++t) {
        const auto channel = static_cast<size_t>(c);
        normalize(frames[static_cast<size_t>(t)] + (c * height + y) * width, width,
                  scale.mean[channel], scale.std[channel], line.data());
        // Patches of a merge block follow each other: those of its first line of patches, then
        // those of the next.
        float* first =
            rows + (y / (patch * merge) * patches * merge + y / patch % merge * merge) * values +
            ((c * depth + t) * patch + y % patch) * patch;
        for (int64_t block = 0; block < blocks; ++block)
          for (int64_t x = 0; x < merge; ++x)
            copy_line(line.data() + (block * merge + x) * patch, patch,
                      first + (block * merge * merge + x) * values);
      }
}

}  // namespace vrlt::kernels
