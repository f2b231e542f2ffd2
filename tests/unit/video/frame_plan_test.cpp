// Where decoding starts, how far it goes and what it gives, by the numbers of frames alone.
#include "video/frame_plan.h"

#include <gmock/gmock.h>

namespace vrlt::video {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Frames = std::vector<int64_t>;

FrameSegment from_start(size_t begin, size_t end) { return {std::nullopt, begin, end}; }
FrameSegment from_entry(size_t entry, size_t begin, size_t end) { return {entry, begin, end}; }

constexpr int64_t kNoneInFlight = 0;

TEST(FramePlan, DecodesOnWhereNoEntryLiesBetween) {
  // Entries at 0 and 50: all that is wanted lies in the first group.
  EXPECT_THAT(plan_frames(Frames{0, 7, 7, 49}, Frames{0, 50}, kNoneInFlight),
              ElementsAre(from_start(0, 4)));
}

TEST(FramePlan, StartsAtTheLastEntryBeforeEachFrameThatLiesBeyondOne) {
  // 3 from the start; 30 and 31 from the entry at 20; 99 from that at 90, passing over 40 and 60.
  EXPECT_THAT(plan_frames(Frames{3, 30, 31, 99}, Frames{0, 20, 40, 60, 90}, kNoneInFlight),
              ElementsAre(from_start(0, 1), from_entry(1, 1, 3), from_entry(4, 3, 4)));
}

TEST(FramePlan, SeeksForTheFirstFrameToo) {
  EXPECT_THAT(plan_frames(Frames{45}, Frames{0, 20, 40}, kNoneInFlight),
              ElementsAre(from_entry(2, 0, 1)));
}

TEST(FramePlan, AnEntryThatIsTheWantedFrameItselfIsUsed) {
  EXPECT_THAT(plan_frames(Frames{5, 20}, Frames{0, 20}, kNoneInFlight),
              ElementsAre(from_start(0, 1), from_entry(1, 1, 2)));
}

TEST(FramePlan, SeeksOnlyWhereItPassesOverMoreThanIsInFlight) {
  // After frame 17 the decoder gives 18. The entry at 20 passes over 18 and 19.
  EXPECT_THAT(plan_frames(Frames{17, 25}, Frames{0, 20}, 2), ElementsAre(from_start(0, 2)));
  EXPECT_THAT(plan_frames(Frames{17, 25}, Frames{0, 20}, 1),
              ElementsAre(from_start(0, 1), from_entry(1, 1, 2)));
}

TEST(FramePlan, NeverGoesBackForAFrameThatIsAskedForAgain) {
  EXPECT_THAT(plan_frames(Frames{20, 20, 20, 21}, Frames{0, 20}, kNoneInFlight),
              ElementsAre(from_entry(1, 0, 4)));
}

TEST(FramePlan, WithoutEntriesAllIsDecodedFromTheStart) {
  EXPECT_THAT(plan_frames(Frames{10, 1000}, Frames{}, kNoneInFlight),
              ElementsAre(from_start(0, 2)));
}

TEST(FramePlan, ForNoFramesThereIsNothingToDo) {
  EXPECT_THAT(plan_frames(Frames{}, Frames{0, 20}, kNoneInFlight), IsEmpty());
}

// Whatever is asked for: every frame is given once, in order, and what a segment decodes in vain
// is never more than from the start.
TEST(FramePlan, CoversEveryIndexAndStartsAtOrBeforeWhatItGives) {
  const Frames entries{0, 4, 9, 10, 31, 64};
  for (int64_t step = 1; step < 20; ++step)
    for (int64_t in_flight = 0; in_flight < 4; ++in_flight) {
      Frames indices;
      for (int64_t i = step / 2; i < 100; i += step) indices.push_back(i);
      size_t covered = 0;
      for (const auto& segment : plan_frames(indices, entries, in_flight)) {
        EXPECT_EQ(segment.begin, covered);
        EXPECT_LT(segment.begin, segment.end);
        if (segment.entry) EXPECT_LE(entries[*segment.entry], indices[segment.begin]);
        covered = segment.end;
      }
      EXPECT_EQ(covered, indices.size());
    }
}

}  // namespace
}  // namespace vrlt::video
