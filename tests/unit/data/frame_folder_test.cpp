#include "vrlt/data/frame_folder.h"

#include <gtest/gtest.h>

#include "vrlt/core/error.h"

namespace vrlt::data {

TEST(FrameName, PutsTheNumberIntoThePattern) {
  EXPECT_EQ(frame_name({.pattern = "%05d.jpg"}, 1), "00001.jpg");
  EXPECT_EQ(frame_name({.pattern = "%05d.jpg"}, 1234567), "1234567.jpg")
      << "more digits than asked for";
  EXPECT_EQ(frame_name({.pattern = "img_%d_l.png"}, 0), "img_0_l.png");
  EXPECT_THROW(frame_name({.pattern = "a.jpg"}, 1), ContractError);
}

// The pattern comes out of a records file: nothing but one number may be formatted, and nothing
// outside the folder be named.
TEST(FramePattern, IsAFileNameWithOneNumber) {
  for (const char* good : {"%d", "%05d.jpg", "%09d.jpg", "frame %03d.webp"})
    EXPECT_TRUE(is_frame_pattern(good)) << good;
  for (const char* bad : {"", "a.jpg", "%s.jpg", "%5d.jpg", "%010d.jpg", "%00d", "%d%d", "%d%%",
                          "%05", "%", "a/%d.jpg", "..\\%d", "%d\n", "%ld"})
    EXPECT_FALSE(is_frame_pattern(bad)) << bad;
}

}  // namespace vrlt::data
