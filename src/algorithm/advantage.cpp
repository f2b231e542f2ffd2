#include "vrlt/algorithm/advantage.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "vrlt/core/error.h"

namespace vrlt::algorithm {
namespace {

struct Moments {
  int64_t count = 0;
  double mean = 0.0, std = 0.0, low = 0.0, high = 0.0;
};

/// Mean, sample standard deviation and range of what is not NaN.
Moments moments(std::span<const double> values) {
  Moments m;
  double sum = 0.0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    m.low = m.count == 0 ? value : std::min(m.low, value);
    m.high = m.count == 0 ? value : std::max(m.high, value);
    sum += value;
    ++m.count;
  }
  if (m.count == 0) return m;
  m.mean = sum / static_cast<double>(m.count);
  double squares = 0.0;
  for (const double value : values)
    if (!std::isnan(value)) squares += (value - m.mean) * (value - m.mean);
  if (m.count > 1) m.std = std::sqrt(squares / static_cast<double>(m.count - 1));
  return m;
}

/// Rounding alone must not make a signal: eight rewards of 0.7 would give 0.056 in float32.
bool is_constant(const Moments& m) { return m.high - m.low <= 1e-9 * std::max({1.0, std::abs(m.low), std::abs(m.high)}); }

/// What R - mean is multiplied with.
using Scale = double (*)(const Moments& group, const Moments& batch, double epsilon);

struct Estimator {
  const char* name;
  Scale scale;
};

constexpr Estimator kEstimators[] = {
    {"group_std", [](const Moments& group, const Moments&, double epsilon) { return 1.0 / (group.std + epsilon); }},
    {"batch_std", [](const Moments&, const Moments& batch, double epsilon) { return 1.0 / (batch.std + epsilon); }},
    {"none", [](const Moments&, const Moments&, double) { return 1.0; }},
    {"rloo", [](const Moments& group, const Moments&, double) { return static_cast<double>(group.count) / static_cast<double>(group.count - 1); }},
};

}  // namespace

std::vector<std::string> advantage_names() {
  std::vector<std::string> names;
  for (const auto& estimator : kEstimators) names.emplace_back(estimator.name);
  return names;
}

std::vector<double> group_advantages(const std::vector<double>& rewards, int64_t group_size, const AdvantageConfig& config) {
  VRLT_CHECK(group_size >= 2, "a group of ", group_size, " has nothing to compare");
  VRLT_CHECK(static_cast<int64_t>(rewards.size()) % group_size == 0, rewards.size(), " rewards are not whole groups of ", group_size);
  const auto* estimator = std::find_if(std::begin(kEstimators), std::end(kEstimators), [&](const auto& e) { return config.estimator == e.name; });
  if (estimator == std::end(kEstimators)) throw ConfigError("unknown advantage \"" + config.estimator + "\"");
  const auto batch = moments(rewards);
  std::vector<double> advantages(rewards.size(), 0.0);
  for (size_t begin = 0; begin < rewards.size(); begin += static_cast<size_t>(group_size)) {
    const auto group = moments(std::span(rewards).subspan(begin, static_cast<size_t>(group_size)));
    if (group.count < 2 || is_constant(group)) continue;
    const double scale = estimator->scale(group, batch, config.epsilon);
    for (size_t i = begin; i < begin + static_cast<size_t>(group_size); ++i)
      if (!std::isnan(rewards[i])) advantages[i] = (rewards[i] - group.mean) * scale;
  }
  return advantages;
}

}  // namespace vrlt::algorithm
