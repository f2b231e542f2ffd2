#include "vrlt/distributed/work_sharing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vrlt::distributed {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ShareByCost, EqualPiecesTakeTurns) {
  EXPECT_THAT(share_by_cost({1, 1, 1, 1, 1}, 2), ElementsAre(0, 1, 0, 1, 0));
  EXPECT_THAT(share_by_cost({0, 0, 0}, 3), ElementsAre(0, 1, 2));
  EXPECT_THAT(share_by_cost({4, 2}, 1), ElementsAre(0, 0));
  EXPECT_THAT(share_by_cost({}, 2), IsEmpty());
}

// Dearest first: 8 -> rank 0, 7 -> 1, 6 -> 1 (7 < 8), 5 -> 0 (8 < 13), 4 -> 0 or 1 at 13 each: the
// lower; loads 17 and 13.
TEST(ShareByCost, TheDearestGoToTheLeastLoaded) {
  EXPECT_THAT(share_by_cost({4, 5, 6, 7, 8}, 2), ElementsAre(0, 0, 1, 1, 0));
}

// One long clip among short ones: dealing out in turn would give one rank 10 + 1 + 1, the other 3.
TEST(ShareByCost, OneLongClipIsAloneWithItsRank) {
  EXPECT_THAT(share_by_cost({10, 1, 1, 1, 1, 1}, 2), ElementsAre(0, 1, 1, 1, 1, 1));
}

}  // namespace
}  // namespace vrlt::distributed
