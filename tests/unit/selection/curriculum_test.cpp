#include "vrlt/selection/curriculum.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/selection/selection_fixtures.h"
#include "vrlt/core/error.h"
#include "vrlt/selection/epoch_filter.h"

namespace vrlt::selection {

TEST(Curriculum, IsLinearBetweenKnots) {
  const std::vector<CurriculumKnot> knots = {{10, {0, 1, 3}}, {20, {1, 1, 0}}, {30, {1, 0, 0}}};
  EXPECT_EQ(curriculum_at(knots, 0), (Mixture{0, 0.25, 0.75}))
      << "before the first knot, normalised";
  EXPECT_EQ(curriculum_at(knots, 10), (Mixture{0, 0.25, 0.75}));
  EXPECT_EQ(curriculum_at(knots, 15), (Mixture{0.25, 0.375, 0.375}));
  EXPECT_EQ(curriculum_at(knots, 20), (Mixture{0.5, 0.5, 0}));
  EXPECT_EQ(curriculum_at(knots, 1000), (Mixture{1, 0, 0}));
}

TEST(Curriculum, RefusesWhatIsNoMixture) {
  EXPECT_THROW(curriculum_at({}, 0), ContractError);
  EXPECT_THROW(curriculum_at({{0, {0, 0, 0}}}, 0), ContractError);
  EXPECT_THROW(curriculum_at({{0, {-1, 2, 0}}}, 0), ContractError);
  EXPECT_THROW(curriculum_at({{5, {1, 0, 0}}, {3, {1, 0, 0}}}, 0), ContractError);
  EXPECT_THROW(curriculum_at({{5, {1, 0, 0}}, {5, {0, 1, 0}}}, 0), ContractError)
      << "two at one step";
}

TEST(Curriculum, DrawsByShares) {
  const Mixture mixture = {0.25, 0, 0.75};
  EXPECT_EQ(draw_difficulty(mixture, 0.0), 0U);
  EXPECT_EQ(draw_difficulty(mixture, 0.2499), 0U);
  EXPECT_EQ(draw_difficulty(mixture, 0.25), 2U);
  EXPECT_EQ(draw_difficulty(mixture, 0.999), 2U);
}

// Time-R1: keep 0 < mean <= 0.7, fill up from the pool.
TEST(NextEpoch, DropsTheMasteredAndTheHopelessAndRefills) {
  const std::vector<EpochScore> last = {{"a", 0.7}, {"b", 0.71}, {"c", 0.0}, {"d", 0.01}};
  const std::vector<std::string> pool = {"p", "q", "r", "s", "t", "u", "v", "w"};
  const auto ids = next_epoch(last, pool, {}, 1, 1);
  ASSERT_EQ(ids.size(), 4U);
  EXPECT_EQ(ids[0], "a");
  EXPECT_EQ(ids[1], "d");
  for (const size_t i : {2U, 3U})
    EXPECT_TRUE(std::find(pool.begin(), pool.end(), ids[i]) != pool.end());
  EXPECT_NE(ids[2], ids[3]);
  auto reversed = pool;
  std::reverse(reversed.begin(), reversed.end());
  EXPECT_EQ(next_epoch(last, reversed, {}, 1, 1), ids) << "the order of the pool does not matter";
  EXPECT_EQ(next_epoch(last, {"p"}, {}, 1, 1), (std::vector<std::string>{"a", "d", "p"}))
      << "the pool is spent";
  bool differs = false;
  for (int64_t epoch = 2; epoch < 8; ++epoch)
    differs = differs || next_epoch(last, pool, {}, 1, epoch) != ids;
  EXPECT_TRUE(differs);
}

// Two of six samples could not be read: the next epoch has six all the same.
TEST(NextEpoch, UnreadableSamplesDoNotShrinkIt) {
  const double unread = std::nan("");
  const std::vector<EpochScore> last = {{"a", 0.5}, {"x", unread}, {"b", 0.9},
                                        {"c", 0.5}, {"y", unread}, {"d", 0.5}};
  const auto ids = next_epoch(last, {"p", "q", "r", "s"}, {}, 1, 1);
  ASSERT_EQ(ids.size(), 6U) << "a, c, d and three of the pool";
  EXPECT_EQ((std::vector<std::string>{ids.begin(), ids.begin() + 3}),
            (std::vector<std::string>{"a", "c", "d"}));
}

}  // namespace vrlt::selection
