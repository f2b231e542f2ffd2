#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vrlt::metrics {

/// Values of one step under names such as reward/total, combined as their kind says. Order is that
/// of first mention.
class MetricSet {
 public:
  void mean(const std::string& name, double value, double weight = 1.0);
  void sum(const std::string& name, double value);
  void max(const std::string& name, double value);
  void min(const std::string& name, double value);
  /// The standard deviation (N - 1) of the values of all ranks together; absent while there are
  /// fewer than two.
  void spread(const std::string& name, double value);

  std::vector<std::pair<std::string, double>> values() const;

  /// The value of a name, or `otherwise` if there is none.
  double value(const std::string& name, double otherwise) const;

  /// Takes the finished values of a part of the step, one optimizer step of several: what is a mean
  /// or a sum there is averaged over the parts, a largest and a smallest value stay so.
  void average_in(const MetricSet& part);

  /// What merge() reads: exact, also for values that are not finite.
  std::string to_bytes() const;
  /// Adds the values of another rank to these, as if they had been given here. @throws
  /// ContractError for malformed bytes.
  void merge(std::string_view bytes);

 private:
  enum class Kind { kMean, kSum, kMax, kMin, kSpread };
  struct Entry {
    std::string name;
    Kind kind;
    double value = 0.0, weight = 0.0;
    double squares = 0.0;  ///< kSpread: sum of squared distances from the mean, which is `value`.
  };
  void add_spread(const std::string& name, double count, double mean, double squares);
  Entry& entry(const std::string& name, Kind kind, double start);

  std::vector<Entry> entries_;
};

}  // namespace vrlt::metrics
