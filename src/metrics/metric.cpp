#include "vrlt/metrics/metric.h"

#include <cmath>
#include <limits>

#include "vrlt/core/error.h"

namespace vrlt::metrics {

MetricSet::Entry& MetricSet::entry(const std::string& name, Kind kind, double start) {
  for (auto& existing : entries_) {
    if (existing.name != name) continue;
    VRLT_CHECK(existing.kind == kind, "metric ", name, " is used as two kinds");
    return existing;
  }
  entries_.push_back({name, kind, start, 0.0});
  return entries_.back();
}

void MetricSet::mean(const std::string& name, double value, double weight) {
  auto& e = entry(name, Kind::kMean, 0.0);
  e.value += value * weight;
  e.weight += weight;
}

void MetricSet::sum(const std::string& name, double value) { entry(name, Kind::kSum, 0.0).value += value; }

void MetricSet::max(const std::string& name, double value) {
  auto& e = entry(name, Kind::kMax, -std::numeric_limits<double>::infinity());
  if (std::isnan(value) || value > e.value) e.value = value;  // once NaN, always NaN
}

void MetricSet::min(const std::string& name, double value) {
  auto& e = entry(name, Kind::kMin, std::numeric_limits<double>::infinity());
  if (std::isnan(value) || value < e.value) e.value = value;
}

std::vector<std::pair<std::string, double>> MetricSet::values() const {
  std::vector<std::pair<std::string, double>> result;
  for (const auto& e : entries_) {
    if (e.kind == Kind::kMean && e.weight == 0.0) continue;
    result.emplace_back(e.name, e.kind == Kind::kMean ? e.value / e.weight : e.value);
  }
  return result;
}

}  // namespace vrlt::metrics
