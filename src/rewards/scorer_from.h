#pragma once

#include "vrlt/rewards/reward_table.h"

namespace vrlt::rewards {

/// What a config does with parameters that have a `visit_fields` and, where not every value in its
/// range will do, a `check` beside them.
template <typename Parameters>
inline constexpr ParameterEntry kParameterEntry = {
    [](config::FieldVisitor& visitor, RewardParameters& parameters) {
      visit_fields(visitor, parameters.get<Parameters>());
    },
    [](const RewardOptions& options) {
      const auto& parameters = options.parameters.get<Parameters>();
      if constexpr (requires { check(parameters, options); }) check(parameters, options);
    },
};

template <auto reward, typename Function = decltype(reward)>
struct FromFunction;

/// Of a function of one response or of a group, of the options and, where it declares them, of its
/// own parameters.
template <auto reward, typename Output, typename Input>
struct FromFunction<reward, Output (*)(const Input&, const RewardOptions&)> {
  static constexpr const ParameterEntry* parameters = nullptr;
  static std::unique_ptr<Scorer> make(const RewardOptions& options) {
    return scorer_of(std::function<Output(const Input&)>(
        [options](const Input& input) { return reward(input, options); }));
  }
};

template <auto reward, typename Output, typename Input, typename Parameters>
struct FromFunction<reward, Output (*)(const Input&, const RewardOptions&, const Parameters&)> {
  static constexpr const ParameterEntry* parameters = &kParameterEntry<Parameters>;
  static std::unique_ptr<Scorer> make(const RewardOptions& options) {
    return scorer_of(std::function<Output(const Input&)>([options](const Input& input) {
      return reward(input, options, options.parameters.get<Parameters>());
    }));
  }
};

/// The maker of a reward that is a pure function: for a row of the table.
template <auto reward>
inline constexpr RewardMaker kFrom = {FromFunction<reward>::make, FromFunction<reward>::parameters};

}  // namespace vrlt::rewards
