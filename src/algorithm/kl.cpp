#include "vrlt/algorithm/kl.h"

#include <algorithm>

#include "vrlt/core/named_table.h"

namespace vrlt::algorithm {
namespace {

at::Tensor k1(const at::Tensor& x) { return -x; }
at::Tensor k2(const at::Tensor& x) { return 0.5 * x.square(); }
at::Tensor k3(const at::Tensor& x) { return x.exp() - x - 1.0; }

constexpr KlEntry kEstimators[] = {
    {row_named(kKlChoices, "k1"), k1, nullptr},
    {row_named(kKlChoices, "abs"), [](const at::Tensor& x) { return x.abs(); }, nullptr},
    {row_named(kKlChoices, "k2"), k2, nullptr},
    {row_named(kKlChoices, "k3"), k3, nullptr},
    {row_named(kKlChoices, "k1+"), k1, k2},
    {row_named(kKlChoices, "k3+"), k3, k2},
};
static_assert(std::size(kEstimators) == std::size(kKlChoices));

}  // namespace

std::span<const KlEntry> kl_table() { return kEstimators; }

const KlEntry& find_kl(const std::string& name) {
  return find_row(kEstimators, name, "KL estimator");
}

at::Tensor kl_divergence(const at::Tensor& log_probs, const at::Tensor& ref_log_probs,
                         const KlConfig& config) {
  const auto& estimator = find_kl(config.estimator);
  auto x = ref_log_probs - log_probs;
  if (config.input_clamp > 0) x = x.clamp(-config.input_clamp, config.input_clamp);
  auto value = estimator.value(x);
  if (config.output_clamp > 0) value = value.clamp(-config.output_clamp, config.output_clamp);
  if (estimator.gradient_of == nullptr) return value;
  const auto with_gradient = estimator.gradient_of(x);
  return value.detach() + (with_gradient - with_gradient.detach());
}

double adapted_kl_coef(double coef, double divergence, double target, int64_t rows,
                       double horizon) {
  return coef * (1.0 + std::clamp(divergence / target - 1.0, -0.2, 0.2) *
                           static_cast<double>(rows) / horizon);
}

}  // namespace vrlt::algorithm
