#include "vrlt/processor/prompt_cost.h"

#include <gtest/gtest.h>

namespace vrlt::processor {
namespace {

data::Sample clip_of(double seconds) {
  data::Sample sample;
  sample.video = "a.mp4";
  sample.duration = seconds;
  return sample;
}

/// Tokens of 28 x 28 pixels, slices of two frames.
constexpr VisionGeometry kGeometry{.patch_size = 14, .temporal_patch = 2, .merge_size = 2};

double tokens(const data::Sample& sample, const MediaOptions& options) {
  return estimated_size(sample, options, kGeometry).tokens();
}

MediaOptions options() {
  return {
      .video = {.fps = 2.0, .max_frames = 64, .max_pixels = 28.0 * 28 * 100, .pixel_factor = 28}};
}

// 10 s at 2 frames a second are 20 frames, 10 steps of 100 tokens; 8 bytes of text are 2 more.
TEST(EstimatedSize, FollowTheLengthOfTheClip) {
  auto sample = clip_of(10);
  sample.question = "question";
  EXPECT_DOUBLE_EQ(tokens(sample, options()), 1000 + 2);
  EXPECT_DOUBLE_EQ(estimated_size(sample, options(), kGeometry).tokens_per_slice, 100);
  sample.clip_start = 4;
  EXPECT_DOUBLE_EQ(tokens(sample, options()), 600 + 2);
  sample.clip_end = 6;
  EXPECT_DOUBLE_EQ(tokens(sample, options()), 200 + 2);
}

TEST(EstimatedSize, AreBoundedAsTheFramesAre) {
  EXPECT_DOUBLE_EQ(tokens(clip_of(1000), options()), 32 * 100);  // 64 frames at most
  EXPECT_DOUBLE_EQ(tokens(clip_of(0.1), options()), 2 * 100);    // 4 at least
  auto unknown = clip_of(0);
  unknown.duration.reset();
  EXPECT_DOUBLE_EQ(tokens(unknown, options()), 32 * 100);
  auto tight = options();
  // ten tokens' pixels for each of 64 frames: twenty for a slice of two, as its size is planned
  tight.video.total_pixels = 64 * 28.0 * 28 * 10;
  EXPECT_DOUBLE_EQ(tokens(clip_of(1000), tight), 32 * 20);
}

TEST(EstimatedSize, CountImages) {
  data::Sample sample;
  sample.images = {"a.jpg", "b.jpg"};
  auto with_images = options();
  with_images.image.max_pixels = 28 * 28 * 50;
  EXPECT_DOUBLE_EQ(tokens(sample, with_images), 100);
}

// 20 frames are 10 slices; each with the 6 tokens that tell its time.
TEST(EstimatedSize, CountsTextBesideSlices) {
  auto with_times = kGeometry;
  with_times.text_tokens_per_slice = 6;
  EXPECT_DOUBLE_EQ(estimated_size(clip_of(10), options(), with_times).text_tokens, 60);
}

}  // namespace
}  // namespace vrlt::processor
