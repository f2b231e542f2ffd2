#include "vrlt/model/lora_config.h"

#include <algorithm>
#include <cmath>

namespace vrlt::model {

double LoraConfig::scale() const {
  const auto r = static_cast<double>(rank);
  return alpha / (rslora ? std::sqrt(r) : r);
}

bool LoraConfig::has_target(const std::string& name) const {
  return std::find(targets.begin(), targets.end(), name) != targets.end();
}

bool LoraConfig::operator==(const LoraConfig& other) const {
  const auto same_target = [&](const LoraTarget& target) {
    return has_target(target.name) == other.has_target(target.name);
  };
  return rank == other.rank && alpha == other.alpha && rslora == other.rslora &&
         std::all_of(std::begin(kLoraTargets), std::end(kLoraTargets), same_target);
}

std::vector<std::string> LoraConfig::every_target() {
  std::vector<std::string> names;
  for (const auto& target : kLoraTargets) names.emplace_back(target.name);
  return names;
}

}  // namespace vrlt::model
