#include "vrlt/kernels/patch_rows.h"

#include <cstring>

#include "kernels/cpu/simd.h"

namespace vrlt::kernels {
namespace {

constexpr int64_t kChannels = 3;

/// A line of a patch: whole words, the last of which may overlap the one before, so that any length
/// costs no call and no rest.
VRLT_INLINE void copy_line(const uint8_t* from, int64_t count, uint8_t* to) {
  constexpr int64_t kWord = 8;
  if (count < kWord) {
    for (int64_t i = 0; i < count; ++i) to[i] = from[i];
    return;
  }
  for (int64_t i = 0; i + kWord < count; i += kWord) std::memcpy(to + i, from + i, kWord);
  std::memcpy(to + count - kWord, from + count - kWord, kWord);
}

}  // namespace

void write_patch_rows(std::span<const uint8_t* const> frames, int64_t height, int64_t width,
                      PatchLayout layout, uint8_t* rows) {
  const int64_t patch = layout.patch_size, merge = layout.merge_size;
  const auto depth = static_cast<int64_t>(frames.size());
  const int64_t values = kChannels * depth * patch * patch;
  const int64_t patches = width / patch, blocks = patches / merge;
  for (int64_t y = 0; y < height; ++y)
    for (int64_t c = 0; c < kChannels; ++c)
      for (int64_t t = 0; t < depth; ++t) {
        const uint8_t* line = frames[static_cast<size_t>(t)] + (c * height + y) * width;
        // Patches of a merge block follow each other: those of its first line of patches, then
        // those of the next.
        uint8_t* first =
            rows + (y / (patch * merge) * patches * merge + y / patch % merge * merge) * values +
            ((c * depth + t) * patch + y % patch) * patch;
        for (int64_t block = 0; block < blocks; ++block)
          for (int64_t x = 0; x < merge; ++x)
            copy_line(line + (block * merge + x) * patch, patch,
                      first + (block * merge * merge + x) * values);
      }
}

VRLT_SIMD_AVX2 void normalize_levels(const uint8_t* __restrict levels, int64_t num_rows,
                                     int64_t per_channel, const LevelScale& scale,
                                     float* __restrict values) {
  for (int64_t row = 0; row < num_rows; ++row)
    for (size_t c = 0; c < scale.mean.size(); ++c) {
      const float mean = scale.mean[c], std = scale.std[c];
      for (int64_t i = 0; i < per_channel; ++i)
        values[i] = (static_cast<float>(levels[i]) - mean) / std;
      levels += per_channel;
      values += per_channel;
    }
}

}  // namespace vrlt::kernels
