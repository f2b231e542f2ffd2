#include "vrlt/algorithm/aggregation.h"

#include <algorithm>
#include <numeric>

#include "vrlt/core/named_table.h"

namespace vrlt::algorithm {
namespace {

using D = Denominators;

constexpr AggregationEntry kModes[] = {
    {"token_mean", "sum over tokens / tokens of the step",
     [](const D& d) { return 1.0 / d.tokens; }, false},
    {"seq_mean_token_mean", "mean over responses of the mean over their tokens",
     [](const D& d) { return 1.0 / (d.rows * d.row_tokens); }, false},
    {"seq_mean_token_sum", "mean over responses of the sum over their tokens",
     [](const D& d) { return 1.0 / d.rows; }, false},
    {"const", "sum over tokens / (responses times const_length)",
     [](const D& d) { return 1.0 / (d.rows * d.const_length); }, true},
    {"sum_const", "sum over tokens / const_length, whatever the number of responses",
     [](const D& d) { return 1.0 / d.const_length; }, true},
    {"local_token_mean",
     "mean over micro-batches of their own token means: depends on micro_batch and ranks",
     [](const D& d) { return 1.0 / (d.micro_batches * d.micro_batch_tokens); }, false},
};

double at_least_one(int64_t count) { return static_cast<double>(std::max<int64_t>(1, count)); }

int64_t sum_of(const std::vector<int64_t>& lengths) {
  return std::accumulate(lengths.begin(), lengths.end(), int64_t{0});
}

}  // namespace

StepCounts counts_of(const std::vector<int64_t>& row_lengths, const AggregationConfig& config) {
  const auto empty =
      config.empty_rows == "drop" ? std::count(row_lengths.begin(), row_lengths.end(), 0) : 0;
  return {sum_of(row_lengths), static_cast<int64_t>(row_lengths.size()) - empty, 1};
}

std::span<const AggregationEntry> aggregation_table() { return kModes; }

std::vector<double> row_weights(const std::vector<int64_t>& row_lengths, const StepCounts& counts,
                                const AggregationConfig& config) {
  const auto& mode = find_row(kModes, config.mode, "aggregation");
  VRLT_CHECK(!mode.needs_const_length || config.const_length.value_or(0) > 0, config.mode,
             " without a const_length");
  Denominators d{.row_tokens = 1,
                 .micro_batch_tokens = at_least_one(sum_of(row_lengths)),
                 .tokens = at_least_one(counts.tokens),
                 .rows = at_least_one(counts.rows),
                 .micro_batches = at_least_one(counts.micro_batches),
                 .const_length = at_least_one(config.const_length.value_or(1))};
  std::vector<double> weights;
  for (const int64_t length : row_lengths) {
    d.row_tokens = at_least_one(length);
    weights.push_back(mode.weight(d));
  }
  return weights;
}

}  // namespace vrlt::algorithm
