#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vrlt::metrics {

/// What one step measured: named `stage/quantity`, each with the way in which values combine over micro-batches and ranks.
class MetricSet {
 public:
  /// @param weight  how much `value` counts, such as a number of tokens; >= 0. A mean of total weight 0 is NaN.
  void mean(std::string_view name, double value, double weight = 1.0);
  void sum(std::string_view name, double value);
  void max(std::string_view name, double value);
  void min(std::string_view name, double value);

  /// Name and value in the order of first mention.
  std::vector<std::pair<std::string, double>> values() const;

  /// Combines as if the values given to `other` had been given to this one.
  /// @throws ContractError if a name is of another kind there; so do the methods above.
  void merge(const MetricSet& other);

  bool empty() const { return metrics_.empty(); }

  /// The numbers without the names, for an all-reduce: `sums` by addition, `maxima` by maximum (a minimum travels negated).
  struct Reducible {
    std::vector<double> sums;
    std::vector<double> maxima;
  };
  Reducible reducible() const;

  /// Takes reduced numbers back. @throws ContractError if the sizes are not those of reducible().
  void assign(const Reducible& reduced);

  /// Kinds and names in order. Ranks may all-reduce only if this is the same on each.
  std::string layout() const;

 private:
  enum class Kind : char { kMean = 'a', kSum = 's', kMax = 'M', kMin = 'm' };
  struct Metric {
    std::string name;
    Kind kind;
    double value = 0.0;   ///< Weighted sum, sum, maximum or minimum.
    double weight = 0.0;  ///< Of a mean; 0 for the others.
  };
  void combine(std::string_view name, Kind kind, double value, double weight);

  std::vector<Metric> metrics_;  // tens of names: a scan is as fast as a map and keeps the order
};

}  // namespace vrlt::metrics
