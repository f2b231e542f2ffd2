// Quotas: docs/spec/selection.md#criteria.
#include "vrlt/selection/strata.h"

#include <gtest/gtest.h>

#include "tests/unit/selection/selection_fixtures.h"
#include "vrlt/core/error.h"

namespace vrlt::selection {

using Shares = std::map<std::string, int64_t>;

// 15 * (.5, .3, .2) = 7.5, 4.5, 3: 14 in whole numbers, and the tie of the halves goes to the
// smaller name.
TEST(Strata, QuotasByLargestRemainder) {
  EXPECT_EQ(allocate(15, {{"a", {.5, 10}}, {"b", {.3, 10}}, {"c", {.2, 10}}}),
            (Shares{{"a", 8}, {"b", 4}, {"c", 3}}));
  // Through the filter, with strata named by their source.
  std::vector<SampleStatistics> statistics;
  for (const char* source : {"a", "b", "c"})
    for (int i = 0; i < 10; ++i) {
      statistics.push_back(choice(concat(source, i), 4));
      statistics.back().source = source;
    }
  const auto decisions = select_samples(
      statistics, {.keep = 15, .strata = {"source"}, .quotas = {{"a", .5}, {"b", .3}, {"c", .2}}},
      0);
  EXPECT_EQ(num_selected(decisions, "a"), 8);
  EXPECT_EQ(num_selected(decisions, "b"), 4);
  EXPECT_EQ(num_selected(decisions, "c"), 3);
}

// a has 2 of its 8; the 6 it lacks are shared 3 : 2 by the others: 3.6 and 2.4, so 4 and 2 more.
TEST(Allocate, GivesWhatIsLackingToTheOthers) {
  EXPECT_EQ(allocate(15, {{"a", {.5, 2}}, {"b", {.3, 10}}, {"c", {.2, 10}}}),
            (Shares{{"a", 2}, {"b", 8}, {"c", 5}}));
  EXPECT_EQ(allocate(15, {{"a", {.5, 2}}, {"b", {.3, 6}}, {"c", {.2, 10}}}),
            (Shares{{"a", 2}, {"b", 6}, {"c", 7}}))
      << "again and again";
  EXPECT_EQ(allocate(100, {{"a", {1, 2}}, {"b", {1, 3}}}), (Shares{{"a", 2}, {"b", 3}}))
      << "there are no more";
  EXPECT_EQ(allocate(2, {{"a", {0, 5}}, {"b", {1, 5}}}), (Shares{{"a", 0}, {"b", 2}}))
      << "no weight, no share";
  EXPECT_EQ(allocate(0, {{"a", {1, 5}}}), (Shares{{"a", 0}}));
  EXPECT_TRUE(allocate(3, {}).empty());
}

TEST(StratumOf, JoinsItsParts) {
  auto s = grounding("x", kSpread);
  s.source = "charades";
  s.duration = 60.0;
  EXPECT_EQ(stratum_of(s, {"task", "source", "duration", "difficulty"}),
            "tvg/charades/60-120s/medium");
  EXPECT_EQ(stratum_of(s, {}), "all");
  s.duration = 1000.0;
  EXPECT_EQ(stratum_of(s, {"duration"}), "300s+");
  s.duration.reset();
  EXPECT_EQ(stratum_of(s, {"duration"}), "unknown");
  EXPECT_EQ(stratum_of(choice("x", 1, 5), {"difficulty"}), "medium") << "0.2 is not hard";
  EXPECT_EQ(stratum_of(choice("x", 4, 5), {"difficulty"}), "easy") << "0.8 is easy";
  EXPECT_THROW(stratum_of(s, {"colour"}), ConfigError);
}

}  // namespace vrlt::selection
