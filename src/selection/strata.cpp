#include "vrlt/selection/strata.h"

#include <algorithm>
#include <cmath>

#include "vrlt/core/error.h"
#include "vrlt/core/named_table.h"

namespace vrlt::selection {
namespace {

std::string or_unknown(const std::string& text) { return text.empty() ? "unknown" : text; }

std::string duration_bin(const SampleStatistics& s) {
  constexpr double kEdges[] = {15, 30, 60, 120, 300};  // seconds
  if (!s.duration) return "unknown";
  double low = 0;
  for (const double edge : kEdges) {
    if (*s.duration < edge) return concat(low, "-", edge, "s");
    low = edge;
  }
  return concat(low, "s+");
}

/// Source of the edges: docs/spec/selection.md#criteria.
std::string difficulty(const SampleStatistics& s) {
  constexpr double kMedium = 0.2, kEasy = 0.8;
  return s.reward.mean < kMedium ? "hard" : s.reward.mean < kEasy ? "medium" : "easy";
}

constexpr StratumPart kParts[] = {
    {"task", "mcq, tvg, gqa, ..", [](const SampleStatistics& s) { return or_unknown(s.task); }},
    {"source", "the `source` of the record",
     [](const SampleStatistics& s) { return or_unknown(s.source); }},
    {"duration", "of the clip: 0-15s 15-30s 30-60s 60-120s 120-300s 300s+", duration_bin},
    {"difficulty", "by mean reward: hard below 0.2, medium, easy from 0.8", difficulty},
};

/// Whole numbers that sum to `total`, in proportion to the weights.
std::map<std::string, int64_t> largest_remainder(int64_t total,
                                                 const std::map<std::string, double>& weights) {
  constexpr double kRounding = 1e-9;  // 4.5 of 15 * 0.3 must tie with 7.5 of 15 * 0.5
  double sum = 0.0;
  for (const auto& [name, weight] : weights) sum += weight;
  std::map<std::string, int64_t> shares;
  std::vector<std::pair<int64_t, std::string>> remainders;
  int64_t given = 0;
  for (const auto& [name, weight] : weights) {
    const double exact = static_cast<double>(total) * weight / sum,
                 whole = std::floor(exact + kRounding);
    given += shares[name] = static_cast<int64_t>(whole);
    remainders.emplace_back(std::llround((exact - whole) / kRounding), name);
  }
  std::stable_sort(remainders.begin(), remainders.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  for (size_t i = 0; given < total; ++i, ++given)
    ++shares[remainders[i % remainders.size()].second];
  return shares;
}

}  // namespace

std::span<const StratumPart> stratum_parts() { return kParts; }

std::string stratum_of(const SampleStatistics& sample, const std::vector<std::string>& parts) {
  std::string name;
  for (const auto& part : parts)
    name += concat(name.empty() ? "" : "/", find_row(kParts, part, "stratum").of(sample));
  return name.empty() ? "all" : name;
}

std::map<std::string, int64_t> allocate(int64_t total, const std::map<std::string, Claim>& claims) {
  std::map<std::string, int64_t> given;
  for (const auto& [name, claim] : claims) given[name] = 0;
  while (total > 0) {
    std::map<std::string, double> open;
    for (const auto& [name, claim] : claims)
      if (claim.weight > 0 && given[name] < claim.capacity) open[name] = claim.weight;
    if (open.empty()) break;
    for (const auto& [name, share] : largest_remainder(total, open)) {
      const int64_t taken = std::min(share, claims.at(name).capacity - given[name]);
      given[name] += taken;
      total -= taken;
    }
  }
  return given;
}

}  // namespace vrlt::selection
