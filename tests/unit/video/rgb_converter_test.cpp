#include "video/rgb_converter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace vrlt::video {
namespace {

constexpr int kHeight = 2;
/// The vector code works with fixed-point factors: 2 levels on each channel, and 1 for rounding.
constexpr int kTolerance = 3;

int clamp(double level) { return std::clamp(static_cast<int>(std::lround(level)), 0, 255); }

uint8_t noise(uint32_t seed) {
  seed = (seed ^ (seed >> 15)) * 0x2c1b3c6dU;
  seed = (seed ^ (seed >> 12)) * 0x297a2d39U;
  return static_cast<uint8_t>(60 + (seed ^ (seed >> 15)) % 120);
}

Frame noisy_frame(AVPixelFormat format, int width) {
  Frame frame(av_frame_alloc());
  frame->format = format;
  frame->width = width;
  frame->height = kHeight;
  EXPECT_EQ(av_frame_get_buffer(frame.get(), 0), 0);
  for (int plane = 0; plane < 3 && frame->buf[plane] != nullptr;
       ++plane)  // one buffer may hold all planes
    for (size_t i = 0; i < frame->buf[plane]->size; ++i)
      frame->buf[plane]->data[i] = noise(static_cast<uint32_t>(i * 3 + static_cast<size_t>(plane) +
                                                               static_cast<size_t>(width) * 7919));
  return frame;
}

/// BT.601 of limited range, one pixel at a time: what an untagged frame means. @param shift  of
/// rows and columns of chroma.
std::array<int, 3> expected(const AVFrame& frame, int y, int x, int rows_shift, int columns_shift) {
  const auto chroma = [&](int plane) {
    return frame.data[plane][(y >> rows_shift) * frame.linesize[plane] + (x >> columns_shift)] -
           128.0;
  };
  const double luma = 255.0 / 219.0 * (frame.data[0][y * frame.linesize[0] + x] - 16.0),
               u = chroma(1), v = chroma(2);
  return {clamp(luma + 1.596027 * v), clamp(luma - 0.391762 * u - 0.812968 * v),
          clamp(luma + 2.017232 * u)};
}

/// How far the furthest sample is off, and its column.
std::pair<int, int> worst(const AVFrame& frame, int rows_shift, int columns_shift) {
  RgbConverter converter;
  RgbFrame rgb;
  EXPECT_EQ(converter.convert(frame, 0, rgb), nullptr);
  std::pair<int, int> result{0, -1};
  for (int y = 0; y < kHeight; ++y)
    for (int x = 0; x < frame.width; ++x) {
      const auto right = expected(frame, y, x, rows_shift, columns_shift);
      for (int c = 0; c < 3; ++c) {
        const int found = rgb.pixels[static_cast<size_t>((y * frame.width + x) * 3 + c)];
        result = std::max(result, {std::abs(found - right[static_cast<size_t>(c)]), x});
      }
    }
  return result;
}

// Every column, the last ones above all, of every width that a video may have.
TEST(RgbConverter, EveryColumnOfEveryWidthIsConverted) {
  for (int width = 1; width <= 1930; ++width) {
    const auto [difference, column] = worst(*noisy_frame(AV_PIX_FMT_YUV420P, width), 1, 1);
    ASSERT_LE(difference, kTolerance) << "width " << width << ", column " << column;
  }
}

TEST(RgbConverter, SoIsFinerChroma) {
  for (int width = 16; width <= 1930; width += 7) {
    const auto [difference, column] = worst(*noisy_frame(AV_PIX_FMT_YUV422P, width), 0, 1);
    ASSERT_LE(difference, kTolerance) << "width " << width << ", column " << column;
  }
}

TEST(RgbConverter, TurnedPicturesKeepTheirEdges) {
  const auto frame = noisy_frame(AV_PIX_FMT_YUV420P, 852);
  RgbConverter converter;
  RgbFrame upright, turned;
  ASSERT_EQ(converter.convert(*frame, 0, upright), nullptr);
  ASSERT_EQ(converter.convert(*frame, 180, turned), nullptr);
  // By half a turn the last pixel becomes the first.
  for (size_t i = 0; i < upright.pixels.size(); i += 3)
    for (size_t c = 0; c < 3; ++c)
      ASSERT_EQ(upright.pixels[i + c], turned.pixels[upright.pixels.size() - 3 - i + c]) << i;
}

}  // namespace
}  // namespace vrlt::video
