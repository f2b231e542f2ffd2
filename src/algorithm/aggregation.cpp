#include "vrlt/algorithm/aggregation.h"

#include <algorithm>

#include "vrlt/core/error.h"

namespace vrlt::algorithm {
namespace {

struct Mode {
  const char* name;
  double (*weight)(double row_tokens, double tokens, double rows);
};

constexpr Mode kModes[] = {
    {"token_mean", [](double, double tokens, double) { return 1.0 / tokens; }},
    {"seq_mean_token_mean", [](double row_tokens, double, double rows) { return 1.0 / (rows * row_tokens); }},
    {"seq_mean_token_sum", [](double, double, double rows) { return 1.0 / rows; }},
};

}  // namespace

std::vector<std::string> aggregation_names() {
  std::vector<std::string> names;
  for (const auto& mode : kModes) names.emplace_back(mode.name);
  return names;
}

double token_weight(const std::string& aggregation, int64_t row_tokens, const StepCounts& counts) {
  const auto at_least_one = [](int64_t count) { return static_cast<double>(std::max<int64_t>(1, count)); };
  for (const auto& mode : kModes)
    if (aggregation == mode.name) return mode.weight(at_least_one(row_tokens), at_least_one(counts.tokens), at_least_one(counts.rows));
  throw ConfigError("unknown aggregation \"" + aggregation + "\"");
}

}  // namespace vrlt::algorithm
