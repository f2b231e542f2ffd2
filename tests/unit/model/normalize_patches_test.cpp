// Levels of patches to what an encoder sees, by the mean and the deviation of each channel.
#include "vrlt/model/normalize_patches.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace vrlt::model {
namespace {

using processor::VisionGeometry;

// With mean and deviation 1/2: 0 is (0 - 127.5) / 127.5 = -1, 255 is 1, 128 is 0.5 / 127.5.
TEST(NormalizePatches, IsMinusOneToOneWhereMeanAndDeviationAreAHalf) {
  constexpr VisionGeometry kHalf{.patch_size = 1,
                                 .temporal_patch = 1,
                                 .merge_size = 1,
                                 .mean = {0.5F, 0.5F, 0.5F},
                                 .std = {0.5F, 0.5F, 0.5F}};
  const auto values =
      normalize_patches(at::tensor({0, 255, 128}, at::kByte).view({1, 3}), kHalf).view(-1);
  EXPECT_EQ(values[0].item<float>(), -1.0F);
  EXPECT_EQ(values[1].item<float>(), 1.0F);
  EXPECT_EQ(values[2].item<float>(), 0.5F / 127.5F);
}

// The plain twin: every level of every channel, by operators over the whole.
TEST(NormalizePatches, IsThatOfEachChannelToTheBit) {
  constexpr VisionGeometry kGeometry{.patch_size = 9,
                                     .temporal_patch = 2,
                                     .merge_size = 3,
                                     .mean = {0.1F, 0.2F, 0.3F},
                                     .std = {0.5F, 0.25F, 0.126F}};
  const auto levels = at::arange(7 * kGeometry.patch_values())
                          .remainder(256)
                          .to(at::kByte)
                          .view({7, kGeometry.patch_values()});
  const auto of_channels = [](const std::array<float, 3>& values) {
    return at::tensor(at::ArrayRef<float>(values.data(), 3)).mul(255.0F).view({1, 3, 1});
  };
  const auto twin = (levels.view({7, 3, -1}).to(at::kFloat) - of_channels(kGeometry.mean)) /
                    of_channels(kGeometry.std);
  EXPECT_TRUE(at::equal(normalize_patches(levels, kGeometry), twin.view(levels.sizes())));
  // rows that do not follow each other in memory
  EXPECT_TRUE(at::equal(normalize_patches(levels.slice(0, 0, 7, 2), kGeometry),
                        twin.view(levels.sizes()).slice(0, 0, 7, 2)));
}

}  // namespace
}  // namespace vrlt::model
