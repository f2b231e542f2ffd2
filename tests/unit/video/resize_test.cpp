// tv_float against LibTorch's own operator in float32, which qwen-vl-utils calls.
#include "vrlt/video/resize.h"

#include <ATen/ops/_upsample_bicubic2d_aa.h>
#include <ATen/ops/empty.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "vrlt/core/random.h"

namespace vrlt::video {
namespace {

constexpr ImageSize kFrom = {96, 131};

/// Saturated noise: hard edges, of which the kernel makes values beyond 0 and 255.
at::Tensor noise(ImageSize size) {
  auto frame = at::empty({3, size.height, size.width}, at::kByte);
  auto* levels = frame.mutable_data_ptr<uint8_t>();
  for (int64_t i = 0; i < frame.numel(); ++i)
    levels[i] = static_cast<uint8_t>(
        std::clamp(512.0 * random_uniform(1, 2, 3, static_cast<uint64_t>(i)) - 128.0, 0.0, 255.0));
  return frame;
}

class ResizeTest : public ::testing::TestWithParam<ImageSize> {};

TEST_P(ResizeTest, EqualsLibTorch) {
  const auto size = GetParam();
  const auto frame = noise(kFrom);
  // A frame of packed pixels, as the decoder gives it, and one of planes.
  const auto packed = frame.permute({1, 2, 0}).contiguous().permute({2, 0, 1});
  const auto resized = resize_frame(packed, size, ResizeKernel::kTorchFloat);
  EXPECT_TRUE(at::equal(resized, resize_frame(frame, size, ResizeKernel::kTorchFloat)));
  const auto expected =
      at::_upsample_bicubic2d_aa(frame.to(at::kFloat).unsqueeze(0), {size.height, size.width},
                                 /*align_corners=*/false)
          .squeeze(0)
          .clamp(0, 255)
          .round();
  const auto difference = (resized.to(at::kFloat) - expected).abs();
  EXPECT_LE(difference.max().item<float>(), 1.0F);
  // Only where the value is a half but for the last bits of its float32: of 2^15 steps between two
  // levels below 255, the sums differ by some.
  EXPECT_LE(difference.gt(0).to(at::kFloat).mean().item<double>(), 3e-4);
}

// Smaller, much smaller (taps from most of the frame), larger, one side only, and odd numbers of
// rows.
INSTANTIATE_TEST_SUITE_P(Sizes, ResizeTest,
                         ::testing::Values(ImageSize{56, 84}, ImageSize{28, 28}, ImageSize{3, 5},
                                           ImageSize{1, 1}, ImageSize{140, 196}, ImageSize{96, 56},
                                           ImageSize{29, 131}, ImageSize{97, 132}),
                         [](const auto& info) {
                           return std::to_string(info.param.height) + "x" +
                                  std::to_string(info.param.width);
                         });

}  // namespace
}  // namespace vrlt::video
