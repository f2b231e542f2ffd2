// Rules of docs/spec/selection.md#racing.
#include "vrlt/selection/racing.h"

#include <gtest/gtest.h>

#include "tests/unit/selection/selection_fixtures.h"
#include "vrlt/core/error.h"

namespace vrlt::selection {

TEST(Parked, IsWhatFourDrawsLeaveNoDoubtAbout) {
  const FilterConfig filter;
  EXPECT_TRUE(is_parked(choice("x", 0, 4), filter));
  EXPECT_TRUE(is_parked(choice("x", 4, 4), filter));
  EXPECT_FALSE(is_parked(choice("x", 1, 4), filter));
  // Continuous: std below 0.1 / 3 and a mean outside of 0.05 to 0.9, both.
  EXPECT_TRUE(is_parked(grounding("x", {0, 0, 0, 0.01}), filter));
  EXPECT_TRUE(is_parked(grounding("x", {0.99, 1, 1, 1}), filter));
  EXPECT_FALSE(is_parked(grounding("x", {0.35, 0.34, 0.36, 0.35}), filter))
      << "low spread around a fair mean";
  EXPECT_FALSE(is_parked(grounding("x", {0, 0, 0, 0.1}), filter)) << "std 0.05";
}

// 5 % of 20,000 are 1,000 with a standard deviation of 31.
TEST(Redrawn, IsAShareOfTheParked) {
  int redrawn = 0;
  for (int i = 0; i < 20'000; ++i) redrawn += is_redrawn(choice(concat("s", i), 0, 4), {}, 1);
  EXPECT_NEAR(redrawn, 1'000, 100);
  EXPECT_EQ(is_redrawn(choice("s", 0, 4), {}, 1), is_redrawn(choice("s", 4, 8), {}, 1))
      << "whatever was drawn";
  EXPECT_FALSE(is_redrawn(choice("s", 0, 4), {.redraw_parked = 0}, 1));
}

TEST(NearCut, IsWithinOneStandardErrorOfTheLowestScoreThatIsKept) {
  std::vector<SampleStatistics> statistics;
  for (int c = 0; c <= 4; ++c) statistics.push_back(choice(concat("c", c), c));
  // Scores .145 .191 .218 .227 of 1..4 right; the best three stay, the cut is .190909. Errors: of 1
  // of 8, E[p^2 q^2] = 2*3*8*9/(10*11*12*13) = 432/17160 = 0.025175 - 0.145455^2 = 0.004018, sd
  // 0.0634; of 3 of 8, 4*5*6*7/17160 = 0.048951 - 0.218182^2 = 0.001348, sd 0.0367; of 4 of 8,
  // 5*6*5*6/17160 = 0.052448 - 0.227273^2 = 0.000795, sd 0.0282: 0.0364 away, so not near.
  EXPECT_EQ(near_cut(statistics, {.keep_per_stratum = 3}, 0), (std::vector<size_t>{1, 2, 3}));
  EXPECT_TRUE(near_cut(statistics, {}, 0).empty()) << "all that pass are kept: there is no cut";
}

TEST(NearCut, IsNearTheSpreadThatIsRequired) {
  // Values 0.4 +- a: std a sqrt(8/7); variance error sqrt((a^4 + a^4 * -5/7 ...) / 8) small but not
  // 0.
  const auto around = [](double a) {
    return grounding("x", {0.4 - a, 0.4 + a, 0.4 - a, 0.4 + a, 0.4 - a, 0.4 + a, 0.4 - a, 0.4 + a});
  };
  EXPECT_EQ(near_cut({around(0.0935)}, {}, 0).size(), 1U) << "std 0.09996";
  EXPECT_TRUE(near_cut({around(0.3)}, {}, 0).empty());
  EXPECT_TRUE(near_cut({around(0.0)}, {}, 0).empty());
}

}  // namespace vrlt::selection
