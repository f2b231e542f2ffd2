// Patches of any geometry: a family says how large they are, how deep, and how they are merged.
#include "vrlt/processor/patchify.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "vrlt/core/error.h"

namespace vrlt::processor {
namespace {

constexpr VisionGeometry kSmall{.patch_size = 2, .temporal_patch = 3, .merge_size = 1};
constexpr VisionGeometry kOdd{.patch_size = 9, .temporal_patch = 1, .merge_size = 3};
constexpr VisionGeometry kLarge{.patch_size = 16, .temporal_patch = 2, .merge_size = 2};

/// The same by permuting axes, as the reference writes it: rows (T, H/m, W/m, m, m) of columns
/// (channel, depth, patch, patch).
at::Tensor by_axes(const at::Tensor& frames, const VisionGeometry& geometry) {
  const int64_t p = geometry.patch_size, m = geometry.merge_size, depth = geometry.temporal_patch;
  const auto last = frames.narrow(0, frames.size(0) - 1, 1);
  auto filled = frames;
  while (filled.size(0) % depth != 0) filled = at::cat({filled, last});
  const int64_t slices = filled.size(0) / depth, lines = frames.size(2) / p,
                columns = frames.size(3) / p;
  return filled.view({slices, depth, 3, lines / m, m, p, columns / m, m, p})
      .permute({0, 3, 6, 4, 7, 2, 1, 5, 8})
      .reshape({slices * lines * columns, geometry.patch_values()});
}

TEST(Patchify, CutsByTheGeometryOfTheFamily) {
  for (const auto& geometry : {kSmall, kOdd, kLarge})
    for (const int64_t count : {1, 2, 5}) {
      const int64_t height = 2 * geometry.pixel_factor(), width = 3 * geometry.pixel_factor();
      const auto frames = at::randint(0, 256, {count, 3, height, width}, at::kByte);
      at::Tensor grid;
      const auto rows = patchify(frames, geometry, &grid);
      EXPECT_TRUE(at::equal(rows, by_axes(frames, geometry)))
          << "patches of " << geometry.patch_size << ", " << count << " frames";
      const auto expected = grid_of(geometry, count, height, width);
      EXPECT_TRUE(at::equal(
          grid,
          at::tensor({expected.slices, expected.height, expected.width}, at::kLong).view({1, 3})));
      EXPECT_EQ(rows.size(0), expected.patches());
    }
}

TEST(Patchify, RefusesSidesThatAreNoMultiples) {
  at::Tensor grid;
  EXPECT_THROW(patchify(at::zeros({2, 3, 32, 48}, at::kByte), kLarge, &grid), DataError);
}

}  // namespace
}  // namespace vrlt::processor
