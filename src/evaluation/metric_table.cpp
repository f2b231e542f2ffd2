#include "evaluation/metric_table.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace vrlt::evaluation {
namespace {

/// A bootstrap of equal values always draws the same: it would say that the mean is certain.
void widen_if_equal(MetricTable::Column& column, const std::vector<std::string>& keys) {
  const auto [least, most] = std::minmax_element(column.values.begin(), column.values.end());
  if (*least != *most) return;
  const auto trials = std::ssize(std::set<std::string>(keys.begin(), keys.end()));
  std::tie(column.estimate.low, column.estimate.high) = wilson_interval(*least, trials);
}

}  // namespace

void MetricTable::add(const std::string& name, double value, size_t sample,
                      const std::vector<std::string>& groups) {
  auto column = std::find_if(columns_.begin(), columns_.end(),
                             [&](const Column& c) { return c.name == name; });
  if (column == columns_.end())
    column = columns_.insert(columns_.end(),
                             {.name = name, .samples = {}, .values = {}, .estimate = {}});
  column->samples.push_back(sample);
  column->values.push_back(value);
  for (const auto& group : groups) groups_[group].add(name, value, sample, {});
}

const MetricTable::Column* MetricTable::find(const std::string& name) const {
  const auto column = std::find_if(columns_.begin(), columns_.end(),
                                   [&](const Column& c) { return c.name == name; });
  return column == columns_.end() ? nullptr : &*column;
}

MetricTable::MacroMean MetricTable::macro_mean(const std::string& metric,
                                               const std::string& key) const {
  MacroMean macro;
  for (const auto& [name, group] : groups_) {
    const auto* column = name.starts_with(key + "=") ? group.find(metric) : nullptr;
    if (column == nullptr) continue;
    macro.mean += column->estimate.mean;
    ++macro.num_groups;
  }
  if (macro.num_groups > 0) macro.mean /= static_cast<double>(macro.num_groups);
  return macro;
}

MetricTable MetricTable::per_cluster(const std::vector<std::string>& clusters) const {
  struct Total {
    size_t first_sample = 0;
    double sum = 0.0, count = 0.0;
  };
  MetricTable result;
  for (const auto& column : columns_) {
    std::map<std::string, Total> totals;
    for (size_t i = 0; i < column.values.size(); ++i) {
      auto& total =
          totals.try_emplace(clusters[column.samples[i]], Total{column.samples[i]}).first->second;
      total.sum += column.values[i];
      total.count += 1.0;
    }
    for (const auto& [cluster, total] : totals)
      result.add(column.name, total.sum / total.count, total.first_sample, {});
  }
  return result;
}

void estimate_all(const std::vector<MetricTable*>& tables, const std::vector<std::string>& clusters,
                  Values values_are) {
  std::map<std::vector<size_t>, std::vector<MetricTable::Column*>> by_samples;
  const auto collect = [&](MetricTable& table) {
    for (auto& column : table.columns()) by_samples[column.samples].push_back(&column);
  };
  for (auto* table : tables) {
    collect(*table);
    for (auto& [name, group] : table->groups()) collect(group);
  }
  for (const auto& [samples, columns] : by_samples) {
    std::vector<std::string> keys;
    for (const size_t sample : samples) keys.push_back(clusters[sample]);
    std::vector<const std::vector<double>*> values;
    for (const auto* column : columns) values.push_back(&column->values);
    const auto estimates = bootstrap_means(values, keys);
    for (size_t k = 0; k < columns.size(); ++k) {
      columns[k]->estimate = estimates[k];
      if (values_are == Values::kScores) widen_if_equal(*columns[k], keys);
    }
  }
}

io::Json to_json(const Estimate& estimate) {
  constexpr double kNormal95 = 1.96;
  const double half = kNormal95 * estimate.standard_error;
  return {{"value", estimate.mean},
          {"se", estimate.standard_error},
          {"ci95", {estimate.low, estimate.high}},
          {"ci95_normal", {estimate.mean - half, estimate.mean + half}},
          {"n", estimate.count}};
}

io::Json to_json(const MetricTable& table) {
  io::Json json = io::Json::object();
  for (const auto& column : table.columns()) json[column.name] = to_json(column.estimate);
  return json;
}

}  // namespace vrlt::evaluation
