// The frames that MVBench's authors take. Expected numbers: get_index of their notebook, run on the
// same numbers (docs/spec/benchmarks.md#frames-of-mvbench).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vrlt/core/error.h"
#include "vrlt/video/frame_sampler.h"

namespace vrlt::video {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

VideoOptions segments(int64_t count) { return {.sampler = "segment_centres", .num_frames = count}; }

TEST(SegmentCentres, OfACutInAFile) {
  EXPECT_THAT(select_frames(1800, 30, segments(8), 21.4, 37.6).indices,
              ElementsAre(672, 733, 794, 854, 915, 976, 1036, 1097));
  EXPECT_THAT(select_frames(1000, 30, segments(8), 21.4, 37.6).indices,
              ElementsAre(664, 709, 753, 798, 842, 887, 932, 976))
      << "the cut ends with the file, at frame 999";
}

TEST(SegmentCentres, OfAWholeFile) {
  const auto selection = select_frames(250, 25, segments(16));
  EXPECT_THAT(selection.indices,
              ElementsAre(7, 23, 38, 54, 69, 85, 100, 116, 131, 147, 163, 178, 194, 209, 225, 240));
  EXPECT_DOUBLE_EQ(selection.sample_fps, 16 / 249.0 * 25) << "a frame each 249/16 frames";
}

// The notebook opens the pictures 32, 36, 40, 44, 48, 51, 55, 59; picture 1 is frame 0.
TEST(SegmentCentres, OfAFolderCountFromItsFirstPicture) {
  EXPECT_THAT(select_frames(300, 3, segments(8), 10.2, 20.7, /*first_number=*/1).indices,
              ElementsAre(31, 35, 39, 43, 47, 50, 54, 58));
  EXPECT_EQ(select_frames(30, 3, segments(4), {}, 100.0, 1).indices.back(), 25)
      << "picture 26: 1 + 29/8 + round(29/4 * 3) = 26.6";
}

TEST(SegmentCentres, OfNoTimeAreOneFrame) {
  EXPECT_THAT(select_frames(300, 30, segments(4), 5.0, 5.0).indices,
              ElementsAre(150, 150, 150, 150));
}

// The notebook would take frames 352, 337, 322, 306 of 300, and crash.
TEST(SegmentCentres, OfACutBehindTheEndAreAnError) {
  try {
    select_frames(300, 30, segments(4), 12.0, 40.0);
    FAIL();
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("the cut from 12 s on holds no frames of a video of 10 s"));
  }
}

TEST(SegmentCentres, NeedANumber) {
  EXPECT_THROW(select_frames(300, 30, {.sampler = "segment_centres"}), ConfigError);
  EXPECT_EQ(select_frames(300, 30, segments(5)).indices.size(), 4u)
      << "even, as the other samplers: two frames make a patch";
}

}  // namespace
}  // namespace vrlt::video
