// A clip is planned from what its container says, and loaded by the same plan.
#include "vrlt/video/clip_plan.h"

#include <gtest/gtest.h>

#include "tests/support/test_folders.h"
#include "vrlt/core/error.h"
#include "vrlt/video/clip.h"

namespace vrlt::video {
namespace {

TEST(ClipPlan, IsWhatALoadedClipIs) {
  VideoOptions options;
  options.fps = 2.0;
  options.max_pixels = 28.0 * 28 * 20;
  options.min_pixels = 784;
  const auto path = test::media_dir() / "h264_opengop_bframes.mp4";
  const auto facts = read_video_facts(path, {});
  for (const std::optional<double> start : {std::optional<double>(), std::optional<double>(1.0)}) {
    const auto plan = plan_clip(facts, options, start);
    const auto clip = load_clip(path, options, start);
    EXPECT_EQ(plan.selection.indices, clip.file_frames);
    EXPECT_EQ(plan.selection.sample_fps, clip.sample_fps);
    EXPECT_EQ(plan.size, (ImageSize{clip.frames.size(2), clip.frames.size(3)}));
  }
}

TEST(ClipPlan, RefusesWhatALoadedClipRefuses) {
  const auto path = test::media_dir() / "three_frames.mp4";
  VideoOptions options;
  options.num_frames = 32;
  EXPECT_THROW(load_clip(path, options), DataError);
  EXPECT_THROW(plan_clip(read_video_facts(path, {}), options), DataError);
}

}  // namespace
}  // namespace vrlt::video
