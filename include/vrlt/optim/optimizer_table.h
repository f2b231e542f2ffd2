#pragma once

#include <array>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "vrlt/core/choice.h"
#include "vrlt/optim/optim_config.h"

// Names and makers of optimizers. A program that starts without LibTorch reads the names alone, so
// that this header has none of it.

namespace at {
class Tensor;
}

namespace vrlt::optim {

class Optimizer;

/// See named_tensors.h.
using Parameters = std::vector<std::pair<std::string, at::Tensor>>;

struct OptimizerChoice : Choice {
  /// Numbers in float32 that it keeps of each parameter, beside the master of one in bfloat16.
  int64_t numbers_of_parameter;
};

struct OptimizerEntry : OptimizerChoice {
  std::unique_ptr<Optimizer> (*make)(const Parameters& parameters, const OptimConfig& config);
};

std::unique_ptr<Optimizer> make_adamw(const Parameters& parameters, const OptimConfig& config);

inline constexpr OptimizerEntry kOptimizers[] = {
    {{{"adamw", "Adam with decoupled weight decay"}, 2}, make_adamw},
};

/// Of the table's rows, without what they point to.
inline constexpr auto kOptimizerChoices = [] {
  std::array<OptimizerChoice, std::size(kOptimizers)> choices{};
  for (size_t i = 0; i < choices.size(); ++i) choices[i] = kOptimizers[i];
  return choices;
}();

/// The optimizer that `config` names. @param parameters  updated in place. @throws ConfigError for
/// an unknown one.
std::unique_ptr<Optimizer> make_optimizer(const Parameters& parameters, const OptimConfig& config);

}  // namespace vrlt::optim
