#pragma once

#include <any>
#include <map>
#include <typeindex>

namespace vrlt::config {
class FieldVisitor;
}

namespace vrlt::rewards {

struct RewardOptions;

/// The parameters of rewards by their type: a struct that is declared beside the reward that takes
/// it, with its defaults where nobody set it. The compiler knows each by its fields; what holds
/// them knows none, so that a new one is no change here.
class RewardParameters {
 public:
  template <typename Parameters>
  const Parameters& get() const {
    static const Parameters kDefaults;
    const auto found = values_.find(typeid(Parameters));
    return found == values_.end() ? kDefaults : *std::any_cast<Parameters>(&found->second);
  }

  template <typename Parameters>
  Parameters& get() {
    auto& value = values_[typeid(Parameters)];
    if (!value.has_value()) value = Parameters();
    return *std::any_cast<Parameters>(&value);
  }

 private:
  std::map<std::type_index, std::any> values_;
};

/// Those parameters, and the defaults of all others.
template <typename... Parameters>
RewardParameters parameters_with(const Parameters&... values) {
  RewardParameters parameters;
  ((parameters.get<Parameters>() = values), ...);
  return parameters;
}

/// What a config does with the parameters of one type.
struct ParameterEntry {
  void (*visit)(config::FieldVisitor& visitor, RewardParameters& parameters);
  void (*check)(const RewardOptions& options);  ///< @throws ConfigError naming the parameter.
};

}  // namespace vrlt::rewards
