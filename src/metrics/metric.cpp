#include "vrlt/metrics/metric.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "vrlt/core/error.h"

namespace vrlt::metrics {
namespace {

/// NaN wins: a number that is not finite must show.
double larger(double a, double b) { return std::isnan(a) || a > b ? a : b; }

}  // namespace

void MetricSet::mean(std::string_view name, double value, double weight) {
  VRLT_CHECK(weight >= 0, "metric ", name, ": weight ", weight);
  combine(name, Kind::kMean, weight == 0 ? 0.0 : value * weight, weight);
}
void MetricSet::sum(std::string_view name, double value) { combine(name, Kind::kSum, value, 0.0); }
void MetricSet::max(std::string_view name, double value) { combine(name, Kind::kMax, value, 0.0); }
void MetricSet::min(std::string_view name, double value) { combine(name, Kind::kMin, value, 0.0); }

void MetricSet::combine(std::string_view name, Kind kind, double value, double weight) {
  const auto found = std::find_if(metrics_.begin(), metrics_.end(), [&](const Metric& m) { return m.name == name; });
  if (found == metrics_.end()) {
    metrics_.push_back({std::string(name), kind, value, weight});
    return;
  }
  VRLT_CHECK(found->kind == kind, "metric ", name, " is of two kinds");
  switch (kind) {
    case Kind::kMean:
    case Kind::kSum:
      found->value += value;
      found->weight += weight;
      break;
    case Kind::kMax:
      found->value = larger(found->value, value);
      break;
    case Kind::kMin:
      found->value = -larger(-found->value, -value);
      break;
  }
}

std::vector<std::pair<std::string, double>> MetricSet::values() const {
  std::vector<std::pair<std::string, double>> values;
  for (const Metric& metric : metrics_) {
    double value = metric.value;
    if (metric.kind == Kind::kMean)
      value = metric.weight == 0 ? std::numeric_limits<double>::quiet_NaN() : metric.value / metric.weight;
    values.emplace_back(metric.name, value);
  }
  return values;
}

void MetricSet::merge(const MetricSet& other) {
  for (const Metric& metric : std::vector<Metric>(other.metrics_))
    combine(metric.name, metric.kind, metric.value, metric.weight);
}

MetricSet::Reducible MetricSet::reducible() const {
  Reducible result;
  for (const Metric& metric : metrics_) {
    switch (metric.kind) {
      case Kind::kMean:
        result.sums.push_back(metric.value);
        result.sums.push_back(metric.weight);
        break;
      case Kind::kSum:
        result.sums.push_back(metric.value);
        break;
      case Kind::kMax:
        result.maxima.push_back(metric.value);
        break;
      case Kind::kMin:
        result.maxima.push_back(-metric.value);
        break;
    }
  }
  return result;
}

void MetricSet::assign(const Reducible& reduced) {
  const Reducible current = reducible();
  VRLT_CHECK(current.sums.size() == reduced.sums.size() && current.maxima.size() == reduced.maxima.size(),
             "reduced numbers of another layout than ", layout());
  auto sum = reduced.sums.begin();
  auto maximum = reduced.maxima.begin();
  for (Metric& metric : metrics_) {
    switch (metric.kind) {
      case Kind::kMean:
        metric.value = *sum++;
        metric.weight = *sum++;
        break;
      case Kind::kSum:
        metric.value = *sum++;
        break;
      case Kind::kMax:
        metric.value = *maximum++;
        break;
      case Kind::kMin:
        metric.value = -*maximum++;
        break;
    }
  }
}

std::string MetricSet::layout() const {
  std::string layout;
  for (const Metric& metric : metrics_) layout += concat(static_cast<char>(metric.kind), ":", metric.name, "\n");
  return layout;
}

}  // namespace vrlt::metrics
