#include "vrlt/optim/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "vrlt/core/error.h"
#include "vrlt/core/named_table.h"

namespace vrlt::optim {
namespace {

struct Shape {
  const char* name;
  double (*factor)(double progress);  ///< progress in [0, 1) after warm-up
};

constexpr Shape kShapes[] = {
    {"constant", [](double) { return 1.0; }},
    {"linear", [](double progress) { return 1.0 - progress; }},
    {"cosine", [](double progress) { return 0.5 * (1.0 + std::cos(std::numbers::pi * progress)); }},
};

}  // namespace

double lr_factor(const ScheduleConfig& config, int64_t step, int64_t num_steps) {
  if (step < config.warmup_steps)
    return static_cast<double>(step + 1) / static_cast<double>(config.warmup_steps);
  const double remaining =
      static_cast<double>(std::max<int64_t>(1, num_steps - config.warmup_steps));
  for (const auto& shape : kShapes)
    if (config.schedule == shape.name)
      return shape.factor(static_cast<double>(step - config.warmup_steps) / remaining);
  throw ConfigError("unknown schedule \"" + config.schedule + "\"");
}

std::vector<std::string> lr_schedule_names() { return names_of(kShapes); }

}  // namespace vrlt::optim
