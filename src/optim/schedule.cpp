#include "vrlt/optim/adamw_config.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "vrlt/core/error.h"

namespace vrlt::optim {
namespace {

struct Schedule {
  const char* name;
  double (*factor)(double progress);  ///< progress in [0, 1) after warm-up
};

constexpr Schedule kSchedules[] = {
    {"constant", [](double) { return 1.0; }},
    {"linear", [](double progress) { return 1.0 - progress; }},
    {"cosine", [](double progress) { return 0.5 * (1.0 + std::cos(std::numbers::pi * progress)); }},
};

}  // namespace

double lr_factor(const AdamWConfig& config, int64_t step, int64_t num_steps) {
  if (step < config.warmup_steps) return static_cast<double>(step + 1) / static_cast<double>(config.warmup_steps);
  const double remaining = static_cast<double>(std::max<int64_t>(1, num_steps - config.warmup_steps));
  for (const auto& schedule : kSchedules)
    if (config.schedule == schedule.name) return schedule.factor(static_cast<double>(step - config.warmup_steps) / remaining);
  throw ConfigError("unknown schedule \"" + config.schedule + "\"");
}

std::vector<std::string> lr_schedule_names() {
  std::vector<std::string> names;
  for (const auto& schedule : kSchedules) names.emplace_back(schedule.name);
  return names;
}

}  // namespace vrlt::optim
