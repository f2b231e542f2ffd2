#pragma once

#include <map>
#include <string>
#include <vector>

#include "evaluation/bootstrap.h"
#include "vrlt/data/sample.h"
#include "vrlt/evaluation/sample_score.h"

namespace vrlt::evaluation {

/// Values of each metric of one way of scoring, over all samples and per group, with the samples
/// they are about.
class MetricTable {
 public:
  /// @param sample  its index. @param groups  "key=value" that it counts in; none for a metric that
  /// is not told per group.
  void add(const std::string& name, double value, size_t sample,
           const std::vector<std::string>& groups);

  struct Column {
    std::string name;
    std::vector<size_t> samples;
    std::vector<double> values;
    Estimate estimate;
  };
  std::vector<Column>& columns() { return columns_; }
  const std::vector<Column>& columns() const { return columns_; }
  /// Group, as "key=value", to its columns.
  std::map<std::string, MetricTable>& groups() { return groups_; }
  const std::map<std::string, MetricTable>& groups() const { return groups_; }
  const Column* find(const std::string& name) const;

  /// The mean over the groups of a key of their means of a metric.
  struct MacroMean {
    double mean = 0.0;
    int64_t num_groups = 0;
  };
  MacroMean macro_mean(const std::string& metric, const std::string& key) const;

  /// Per video the mean of its samples, as a table whose samples are the videos.
  MetricTable per_cluster(const std::vector<std::string>& clusters) const;

 private:
  std::vector<Column> columns_;
  std::map<std::string, MetricTable> groups_;
};

/// What the values of a table are.
enum class Values { kScores, kDifferences };

/// Fills in the estimates of all columns and groups of several tables; columns about the same
/// samples share their draws. Scores that are all equal have Wilson's interval.
/// @param clusters  of each sample, by index.
void estimate_all(const std::vector<MetricTable*>& tables, const std::vector<std::string>& clusters,
                  Values values = Values::kScores);

io::Json to_json(const Estimate& estimate);
/// name -> estimate
io::Json to_json(const MetricTable& table);

}  // namespace vrlt::evaluation
