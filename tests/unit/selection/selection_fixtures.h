#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "vrlt/selection/sample_filter.h"
#include "vrlt/selection/statistics.h"

namespace vrlt::selection {

// The reward lists of docs/spec/selection.md#statistics.
inline const std::vector<double> kChoice = {1, 0, 1, 1, 0, 1, 0, 1},
                                 kSpread = {.62, .10, .55, .80, .05, .71, .33, .48},
                                 kLowPoor = {.02, 0, .03, .01, 0, .02, 0, .01},
                                 kLowGood = {.36, .34, .35, .33, .36, .35, .34, .35},
                                 kHighPoor = {0, 0, 0, .6, 0, 0, 0, 0};

/// A sample with answers that can all be read.
inline SampleStatistics sample(const std::string& id, std::vector<double> rewards,
                               bool continuous) {
  SampleStatistics s{.id = id, .task = continuous ? "tvg" : "mcq", .source = "s", .video = id};
  s.reward = reward_statistics(std::move(rewards), continuous);
  s.num_parsed = s.reward.draws();
  return s;
}

/// `right` of `of` answers.
inline SampleStatistics choice(const std::string& id, int right, int of = 8) {
  std::vector<double> rewards(static_cast<size_t>(of), 0.0);
  std::fill_n(rewards.begin(), right, 1.0);
  return sample(id, std::move(rewards), false);
}

inline SampleStatistics grounding(const std::string& id, const std::vector<double>& rewards) {
  return sample(id, rewards, true);
}

inline std::map<std::string, Decision> by_id(const std::vector<Decision>& decisions) {
  std::map<std::string, Decision> map;
  for (const auto& decision : decisions) map[decision.id] = decision;
  return map;
}

inline int64_t num_selected(const std::vector<Decision>& decisions) {
  return std::count_if(decisions.begin(), decisions.end(),
                       [](const Decision& d) { return d.selected; });
}

/// Selected samples whose id begins with `prefix`.
inline int64_t num_selected(const std::vector<Decision>& decisions, const std::string& prefix) {
  return std::count_if(decisions.begin(), decisions.end(),
                       [&](const Decision& d) { return d.selected && d.id.starts_with(prefix); });
}

}  // namespace vrlt::selection
