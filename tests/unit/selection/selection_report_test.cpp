#include "vrlt/selection/selection_report.h"

#include <gtest/gtest.h>

#include "tests/unit/selection/selection_fixtures.h"
#include "vrlt/core/error.h"

namespace vrlt::selection {
namespace {

std::vector<SampleStatistics> pool() {
  return {choice("m0", 0), choice("m4", 4),         choice("m8", 8),
          choice("m2", 2), grounding("t", kSpread), grounding("low", kLowGood)};
}

}  // namespace

TEST(SelectionReport, SizesAfterEachStep) {
  const FilterConfig config{.keep = 2, .strata = {}};
  const auto sizes = filter_sizes(pool(), select_samples(pool(), config, 0), config);
  EXPECT_EQ(sizes.at("pool"), 6);
  const auto& steps = sizes.at("steps");
  ASSERT_EQ(steps.size(), 4U);
  EXPECT_EQ(steps[0], io::Json({{"step", "mixed"}, {"left", 4}})) << "m0 and m8 go";
  EXPECT_EQ(steps[1], io::Json({{"step", "spread"}, {"left", 3}})) << "low goes";
  EXPECT_EQ(steps[2], io::Json({{"step", "good"}, {"left", 3}}));
  EXPECT_EQ(steps[3], io::Json({{"step", "top_k"}, {"left", 2}}));
  EXPECT_EQ(sizes.at("reasons").at("all_wrong"), 1);
  EXPECT_EQ(sizes.at("reasons").at("selected"), 2);
}

TEST(SelectionReport, HistogramsOfStrata) {
  const auto strata = strata_histograms(pool(), select_samples(pool(), {}, 0));
  EXPECT_EQ(strata.at("mcq").at("pool"), 4);
  EXPECT_EQ(strata.at("mcq").at("selected"), 2);
  // Means 0, .25, .5 and 1 in bins of 0.05; 1 belongs to the last one.
  const auto& means = strata.at("mcq").at("mean").at("pool");
  ASSERT_EQ(means.size(), 20U);
  for (const size_t bin : {0U, 5U, 10U, 19U}) EXPECT_EQ(means[bin], 1) << bin;
  EXPECT_EQ(strata.at("mcq").at("mean").at("selected")[0], 0);
  // std .274278 in bins of 0.03
  EXPECT_EQ(strata.at("tvg").at("std").at("pool")[9], 1);
}

TEST(SelectionReport, NoisePerTask) {
  const auto statistics = pool();
  const auto json = noise(statistics, SignalPrediction(statistics), 8);
  EXPECT_EQ(json.at("mcq").at("samples_by_K"), io::Json({{"8", 4}}));
  EXPECT_EQ(json.at("mcq").at("all_same"), 0.5) << "m0 and m8";
  EXPECT_NEAR(json.at("mcq").at("mean_var").get<double>(), (0.285714 + 0.214286) / 4, 1e-6);
  // sd of s^2 of 4 of 8: sqrt((1/16 - 1/16 * 5/7) / 8) = 0.047246; of 2 of 8: population variance
  // 3/16, fourth moment 3/16 * (1 - 9/16) = 21/256: sqrt((0.082031 - 0.035156 * 5/7) / 8) =
  // 0.084352
  EXPECT_NEAR(json.at("mcq").at("mean_sd_of_var").get<double>(), (0.047246 + 0.084352) / 4, 1e-6);
  const double expected = json.at("mcq").at("all_same_expected").get<double>();
  EXPECT_GT(expected, 0.2);
  EXPECT_LT(expected, 0.7);
  EXPECT_TRUE(json.at("tvg").at("all_same_but_mixed_in_training").is_null())
      << "no grounding sample looks all the same";
}

TEST(SelectionReport, PredictionIsOfTheSelected) {
  const auto statistics = pool();
  const SignalPrediction prediction(statistics);
  const auto decisions = select_samples(statistics, {}, 0);
  const auto json = predicted_no_signal(statistics, decisions, prediction, 8);
  const double expected = (prediction.no_signal_probability(statistics[1], 8) +
                           prediction.no_signal_probability(statistics[3], 8) +
                           prediction.no_signal_probability(statistics[4], 8)) /
                          3;
  EXPECT_NEAR(json.at("selected").get<double>(), expected, 1e-12);
  EXPECT_GT(json.at("pool").get<double>(), expected);
  EXPECT_EQ(json.at("group_size"), 8);
  EXPECT_TRUE(json.at("selected_by_task").contains("tvg"));
  EXPECT_TRUE(predicted_no_signal({}, {}, SignalPrediction({}), 8).at("selected").is_null());
}

TEST(SelectionReport, AuditComparesFreshDrawsOfTheSelected) {
  const auto statistics = pool();
  const auto decisions = select_samples(statistics, {}, 0);
  // m4 falls from .285714 to 0, m2 keeps .214286; m0 was not selected and does not count.
  const auto json =
      audit(statistics, decisions, {choice("m4", 8), choice("m2", 2), choice("m0", 4)},
            SignalPrediction(statistics));
  EXPECT_EQ(json.at("samples"), 2);
  EXPECT_NEAR(json.at("mean_var").at("at_selection").get<double>(), (0.285714 + 0.214286) / 2,
              1e-6);
  EXPECT_NEAR(json.at("mean_var").at("fresh").get<double>(), 0.214286 / 2, 1e-6);
  EXPECT_EQ(json.at("no_signal").at("fresh"), 0.5);
}

TEST(SelectionReport, MissRateOfTheParked) {
  const auto json = to_json(MissRate{.parked = 100, .redrawn = 8, .missed = 2});
  EXPECT_EQ(json.at("miss_rate"), 0.25);
  EXPECT_EQ(to_json(MissRate{}).at("miss_rate"), 0.0);
}

}  // namespace vrlt::selection
