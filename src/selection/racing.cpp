#include "vrlt/selection/racing.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "vrlt/core/random.h"
#include "vrlt/selection/sample_filter.h"
#include "vrlt/selection/score_table.h"
#include "vrlt/selection/strata.h"

namespace vrlt::selection {
namespace {

/// Apart from the draws of responses and from that of the filter.
constexpr uint64_t kRedrawDraw = std::numeric_limits<uint64_t>::max() - 1;

/// sd of the standard deviation: d sqrt(v) = dv / (2 sqrt(v)).
double std_error(const RewardStatistics& reward) {
  return reward.std > 0 ? variance_error(reward) / (2.0 * reward.std) : 0.0;
}

bool is_near_spread(const SampleStatistics& s, const FilterConfig& filter) {
  const bool wanted =
      std::find(filter.require.begin(), filter.require.end(), "spread") != filter.require.end();
  return wanted && s.reward.continuous &&
         std::abs(s.reward.std - filter.min_std) <= std_error(s.reward);
}

}  // namespace

void visit_fields(config::FieldVisitor& v, RacingConfig& c) {
  v.field(
      {.name = "first_draws",
       .help = "responses that every sample draws; more only if they leave doubt; 0: all at once",
       .min = 0,
       .max = 4096},
      c.first_draws);
  v.field({.name = "redraw_parked",
           .help = "share of the others that draw the whole group too, to learn what is missed",
           .min = 0,
           .max = 1},
          c.redraw_parked);
  v.field({.name = "near_cut_draws",
           .help = "further responses for samples within a standard error of the cut",
           .min = 0,
           .max = 4096},
          c.near_cut_draws);
}

bool is_parked(const SampleStatistics& first, const FilterConfig& filter) {
  const auto& reward = first.reward;
  if (!reward.continuous) return reward.num_correct == 0 || reward.num_correct == reward.draws();
  return reward.std < filter.min_std / 3.0 &&
         (reward.mean < filter.min_mean || reward.mean > filter.max_mean);
}

bool is_redrawn(const SampleStatistics& parked, const RacingConfig& racing, uint64_t seed) {
  return random_uniform(seed, stable_hash(parked.id), kRedrawDraw, 0) < racing.redraw_parked;
}

std::vector<size_t> near_cut(const std::vector<SampleStatistics>& statistics,
                             const FilterConfig& filter, uint64_t seed) {
  const auto decisions = select_samples(statistics, filter, seed);
  std::map<std::string, double> cut;  // of strata that lost some to the others
  std::map<std::string, std::pair<double, double>> variances;
  for (const auto& decision : decisions)
    if (decision.reason == "below_top_k")
      cut[decision.stratum] = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < decisions.size(); ++i) {
    const auto found = cut.find(decisions[i].stratum);
    if (found != cut.end() && decisions[i].selected)
      found->second = std::min(found->second, decisions[i].score);
    if (!statistics[i].reward.continuous) continue;
    auto& [sum, count] = variances[decisions[i].stratum];
    sum += statistics[i].reward.variance;
    count += 1.0;
  }
  std::vector<size_t> near;
  for (size_t i = 0; i < decisions.size(); ++i) {
    const auto& decision = decisions[i];
    const auto found = cut.find(decision.stratum);
    const bool ranked =
        found != cut.end() && (decision.selected || decision.reason == "below_top_k");
    const auto& [sum, count] = variances[decision.stratum];
    const double error =
        ranked ? posterior_score_error(statistics[i].reward, count > 0 ? sum / count : 0.0) : 0.0;
    if ((ranked && std::abs(decision.score - found->second) <= error) ||
        is_near_spread(statistics[i], filter))
      near.push_back(i);
  }
  return near;
}

}  // namespace vrlt::selection
