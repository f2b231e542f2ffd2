#include "vrlt/selection/sample_filter.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "vrlt/core/error.h"
#include "vrlt/core/random.h"
#include "vrlt/selection/requirement_table.h"
#include "vrlt/selection/score_table.h"
#include "vrlt/selection/strata.h"

namespace vrlt::selection {
namespace {

/// Apart from the draws of responses, which count from 0: what is chosen must not depend on what
/// was said.
constexpr uint64_t kSelectionDraw = std::numeric_limits<uint64_t>::max();

/// A sample on its way through the filter.
struct Candidate {
  const SampleStatistics* sample;
  Decision* decision;
  double rank = 0.0;  ///< Higher is taken first; ties by `hash`.
  uint64_t hash = 0;
};
using Candidates = std::vector<Candidate>;

bool taken_before(const Candidate& a, const Candidate& b) {
  return a.rank != b.rank ? a.rank > b.rank : a.hash < b.hash;
}

void reject(Candidate& candidate, const char* reason) {
  candidate.decision->selected = false;
  candidate.decision->reason = reason;
}

void select(Candidate& candidate) {
  candidate.decision->selected = true;
  candidate.decision->reason = "selected";
}

/// Rejects all but the first `count`.
void keep_first(Candidates& candidates, int64_t count, const char* reason) {
  std::sort(candidates.begin(), candidates.end(), taken_before);
  for (size_t i = static_cast<size_t>(count); i < candidates.size(); ++i)
    reject(candidates[i], reason);
}

std::map<std::string, double> variance_by_stratum(const Candidates& pool) {
  std::map<std::string, std::pair<double, double>> sums;
  for (const auto& candidate : pool) {
    auto& [sum, count] = sums[candidate.decision->stratum];
    if (!candidate.sample->reward.continuous) continue;
    sum += candidate.sample->reward.variance;
    count += 1.0;
  }
  std::map<std::string, double> means;
  for (const auto& [stratum, sum] : sums)
    means[stratum] = sum.second > 0 ? sum.first / sum.second : 0.0;
  return means;
}

void divide_by_density(Candidates& pool) {
  constexpr double kBins = 20;
  const auto bin_of = [](const Candidate& c) {
    return std::clamp(std::floor(c.sample->reward.mean * kBins), 0.0, kBins - 1.0);
  };
  std::map<double, double> counts;
  for (const auto& candidate : pool) counts[bin_of(candidate)] += 1.0;
  for (auto& candidate : pool) candidate.decision->score /= counts[bin_of(candidate)];
}

void score(Candidates& pool, const FilterConfig& config) {
  const auto variances = variance_by_stratum(pool);
  const auto value = find_score(config.score).value;
  for (auto& c : pool)
    c.decision->score = value({*c.sample, config, variances.at(c.decision->stratum)});
  if (config.inverse_density) divide_by_density(pool);
}

double rank_of(const Candidate& candidate, const std::string& choose, uint64_t seed) {
  const double uniform = random_uniform(seed, candidate.hash, kSelectionDraw, 0),
               weight = candidate.decision->score;
  if (choose == "random") return uniform;
  if (choose == "top_k") return weight;
  // u^(1/w) in the order of its logarithm, which does not underflow
  return weight > 0 ? std::log(uniform) / weight : -std::numeric_limits<double>::infinity();
}

bool is_degenerate(const SampleStatistics& s) {
  return !s.reward.continuous &&
         (s.reward.num_correct == 0 || s.reward.num_correct == s.reward.draws());
}

/// Samples whose keep is a share of `of`, or a number.
int64_t resolve(double keep, size_t of) {
  return std::llround(keep <= 1.0 ? keep * static_cast<double>(of) : keep);
}

/// Rejects what fails a requirement; returns the rest. A share of the degenerate samples may fail
/// `mixed`, any of them.
Candidates apply_requirements(Candidates& pool, const FilterConfig& config) {
  Candidates passing, degenerate;
  for (auto& candidate : pool) {
    const char* reason = failed_requirement(*candidate.sample, config);
    if (reason == nullptr) {
      passing.push_back(candidate);
      continue;
    }
    reject(candidate, reason);
    const bool passes_otherwise = is_degenerate(*candidate.sample) &&
                                  failed_requirement(*candidate.sample, config, "mixed") == nullptr;
    if (config.keep_degenerate_fraction > 0 && passes_otherwise) degenerate.push_back(candidate);
  }
  const auto size =
      config.keep ? resolve(*config.keep, pool.size()) : static_cast<int64_t>(passing.size());
  const auto most =
      static_cast<size_t>(config.keep_degenerate_fraction * static_cast<double>(size));
  std::sort(degenerate.begin(), degenerate.end(),
            [](const auto& a, const auto& b) { return a.hash < b.hash; });
  for (size_t i = 0; i < std::min(most, degenerate.size()); ++i) {
    select(degenerate[i]);
    passing.push_back(degenerate[i]);
  }
  return passing;
}

/// Rejects all but the first samples of each video; returns the rest.
Candidates cap_videos(const Candidates& passing, int64_t most) {
  if (most == 0) return passing;
  std::map<std::string, Candidates> by_video;
  for (const auto& candidate : passing) by_video[candidate.sample->video].push_back(candidate);
  Candidates kept;
  for (auto& [video, candidates] : by_video) {
    keep_first(candidates, most, "too_many_of_video");
    for (const auto& candidate : candidates)
      if (candidate.decision->selected) kept.push_back(candidate);
  }
  return kept;
}

std::map<std::string, Candidates> by_stratum(const Candidates& candidates) {
  std::map<std::string, Candidates> strata;
  for (const auto& candidate : candidates) strata[candidate.decision->stratum].push_back(candidate);
  return strata;
}

double quota_of(const std::string& stratum, size_t in_pool,
                const std::vector<config::WeightedName>& quotas) {
  if (quotas.empty()) return static_cast<double>(in_pool);
  for (const auto& quota : quotas)
    if (quota.name == stratum) return quota.weight;
  return 0.0;
}

/// How many each stratum keeps of what passes.
std::map<std::string, int64_t> counts_by_stratum(const std::map<std::string, Candidates>& pool,
                                                 const std::map<std::string, Candidates>& passing,
                                                 const FilterConfig& config) {
  std::map<std::string, Claim> claims;
  size_t pool_size = 0;
  int64_t possible = 0;
  for (const auto& [stratum, all] : pool) {
    pool_size += all.size();
    const auto found = passing.find(stratum);
    int64_t capacity = found == passing.end() ? 0 : static_cast<int64_t>(found->second.size());
    if (config.keep_per_stratum)
      capacity = std::min(capacity, resolve(*config.keep_per_stratum, all.size()));
    claims[stratum] = {quota_of(stratum, all.size(), config.quotas), capacity};
    possible += capacity;
  }
  return allocate(config.keep ? std::min(resolve(*config.keep, pool_size), possible) : possible,
                  claims);
}

}  // namespace

std::vector<Decision> select_samples(const std::vector<SampleStatistics>& statistics,
                                     const FilterConfig& config, uint64_t seed) {
  std::vector<Decision> decisions(statistics.size());
  Candidates pool;
  for (size_t i = 0; i < statistics.size(); ++i) {
    decisions[i] = {.id = statistics[i].id,
                    .stratum = stratum_of(statistics[i], config.strata),
                    .selected = true,
                    .reason = "selected"};
    pool.push_back({.sample = &statistics[i],
                    .decision = &decisions[i],
                    .hash = stable_hash(statistics[i].id)});
  }
  // The sums below must not depend on the order of the samples, to the last bit.
  std::sort(pool.begin(), pool.end(),
            [](const auto& a, const auto& b) { return a.decision->id < b.decision->id; });
  score(pool, config);
  for (auto& candidate : pool) candidate.rank = rank_of(candidate, config.choose, seed);
  const auto all = by_stratum(pool);
  auto passing = by_stratum(cap_videos(apply_requirements(pool, config), config.max_per_video));
  const auto counts = counts_by_stratum(all, passing, config);

  if (config.choose == "random") passing = all;
  for (auto& [stratum, candidates] : passing) {
    for (auto& candidate : candidates) select(candidate);
    const bool has_quota = quota_of(stratum, 1, config.quotas) > 0;
    keep_first(candidates, counts.at(stratum),
               !has_quota                 ? "no_quota"
               : config.choose == "top_k" ? "below_top_k"
                                          : "not_drawn");
  }
  return decisions;
}

}  // namespace vrlt::selection
