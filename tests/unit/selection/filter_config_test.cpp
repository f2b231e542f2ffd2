#include "vrlt/selection/filter_config.h"

#include <gtest/gtest.h>

#include "tests/unit/selection/selection_fixtures.h"
#include "vrlt/core/error.h"
#include "vrlt/selection/filter_presets.h"

namespace vrlt::selection {
namespace {

std::vector<SampleStatistics> mixed_pool() {
  std::vector<SampleStatistics> pool;
  for (int i = 0; i < 60; ++i) {
    pool.push_back(choice(concat("m", i), i % 9));
    pool.push_back(grounding(concat("t", i), i % 4 == 0   ? kSpread
                                             : i % 4 == 1 ? kHighPoor
                                             : i % 4 == 2 ? kLowGood
                                                          : kLowPoor));
    pool.back().duration = 3.0 + 20.0 * i;
  }
  return pool;
}

}  // namespace

// Each preset is a sound config once it says how many are kept, and selects something.
TEST(FilterPresets, AreSound) {
  for (const auto& preset : filter_presets()) {
    auto config = preset.config();
    if (!config.keep) config.keep = 0.25;
    EXPECT_TRUE(check(config, "filter", {}).empty())
        << preset.name << ": " << check(config, "filter", {}).front();
    const auto decisions = select_samples(mixed_pool(), config, 0);
    EXPECT_GT(num_selected(decisions), 0) << preset.name;
    for (const auto& decision : decisions)
      EXPECT_EQ(decision.selected, decision.reason == "selected")
          << preset.name << " " << decision.id;
  }
  EXPECT_THROW(find_filter_preset("temporal"), ConfigError);
}

TEST(FilterPresets, SayWhatTheirSourcesSay) {
  const auto pool = mixed_pool();
  const auto dapo = by_id(select_samples(pool, find_filter_preset("dapo").config(), 0));
  for (const auto& s : pool) EXPECT_EQ(dapo.at(s.id).selected, s.reward.gap > 0) << s.id;
  const auto time_r1 = by_id(select_samples(pool, find_filter_preset("time_r1").config(), 0));
  for (const auto& s : pool)
    EXPECT_EQ(time_r1.at(s.id).selected, !s.reward.continuous || s.reward.mean > 0)
        << s.id << ": 2,500 are more than there are";
  const auto timelens = by_id(select_samples(pool, find_filter_preset("timelens").config(), 0));
  EXPECT_EQ(timelens.at("t0").reason, "too_short") << "3 s";
  EXPECT_EQ(timelens.at("t25").reason, "too_long") << "503 s";
  EXPECT_EQ(timelens.at("m0").reason, "no_duration");
  const auto vcrl = by_id(select_samples(pool, find_filter_preset("vcrl").config(), 0));
  EXPECT_TRUE(vcrl.at("m1").selected) << "1 of 8: 0.4375";
  EXPECT_EQ(vcrl.at("t0").reason, "low_variance") << "0.075 of 0.286";
}

TEST(FilterCheck, NamesWhatCannotWorkWithItsPlace) {
  const auto problem = [](const FilterConfig& config, const config::KeyLocations& locations) {
    const auto problems = check(config, "filter", locations);
    return problems.empty() ? std::string() : problems.front();
  };
  EXPECT_EQ(problem({}, {{"filter.min_std", "a.yaml:3:2"}}), "");
  EXPECT_EQ(problem({.require = {"mixed"}}, {{"filter.min_std", "a.yaml:3:2"}}),
            "a.yaml:3:2: \"filter.min_std\" has no effect without require: [spread]; remove it");
  EXPECT_EQ(problem({.min_mean = 0.5, .max_mean = 0.4}, {{"filter.max_mean", "a.yaml:3:2"}}),
            "a.yaml:3:2: max_mean is below min_mean (0.5)");
  EXPECT_EQ(problem({.keep = 1.5}, {}),
            "filter.keep: keep is 1.5, expected a share up to 1 or a whole number");
  EXPECT_EQ(problem({.require = {}, .choose = "random"}, {{"filter.choose", "command line"}}),
            "command line: choose: random would keep every sample; set keep, a share of the "
            "samples up to 1 or a number");
  EXPECT_EQ(problem({.quotas = {{"a", 1.0}}}, {{"filter.quotas", "x"}}),
            "x: \"filter.quotas\" has no effect without strata and keep; remove it");
}

}  // namespace vrlt::selection
