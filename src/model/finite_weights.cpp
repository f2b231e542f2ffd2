#include "vrlt/model/finite_weights.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/aminmax.h>
#include <ATen/ops/isfinite.h>

#include <cmath>

#include "vrlt/core/error.h"
#include "vrlt/model/held_parameters.h"

namespace vrlt::model {
namespace {

/// Smallest and largest carry any NaN and any infinity.
bool is_finite(const at::Tensor& tensor) {
  if (tensor.numel() == 0) return true;
  const auto [low, high] = at::aminmax(tensor);
  return std::isfinite(low.item<double>()) && std::isfinite(high.item<double>());
}

}  // namespace

std::optional<std::string> first_not_finite(const ParameterTable& parameters) {
  const at::NoGradGuard no_grad;
  for (const auto& [name, shape, begin, values] : held_parameters(parameters)) {
    if (is_finite(values)) continue;
    const int64_t bad = values.numel() - at::isfinite(values).sum().item<int64_t>();
    return concat(name, " holds ", bad, bad == 1 ? " number" : " numbers", " that ",
                  bad == 1 ? "is" : "are", " not finite (of ", values.numel(), ")");
  }
  return {};
}

void check_finite(const ParameterTable& parameters, const std::string& what) {
  if (const auto bad = first_not_finite(parameters)) throw NotFiniteError(concat(what, ": ", *bad));
}

}  // namespace vrlt::model
