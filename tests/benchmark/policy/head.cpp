#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include "vrlt/algorithm/token_log_probs.h"
#include "workload.h"

namespace vrlt::benchmark {

io::Json head(const Options& options) {
  // Plain formulas in place of random numbers: scripts/benchmark/head_peer.py makes the same.
  const auto wave = [](int64_t rows, int64_t columns, double step) {
    return (at::arange(rows * columns, at::kDouble) * step)
        .sin()
        .to(at::kFloat)
        .view({rows, columns});
  };
  const auto hidden =
      wave(options.tokens, options.hidden, 0.7).set_requires_grad(!options.forward_only);
  const auto weight =
      wave(options.vocabulary, options.hidden, 0.3).set_requires_grad(!options.forward_only);
  const auto ids = (at::arange(options.tokens, at::kLong) * 7919).remainder(options.vocabulary);
  at::Tensor log_probs;
  auto result = timed(options, [&] {
    const at::AutoGradMode gradients(!options.forward_only);
    hidden.mutable_grad() = at::Tensor();
    weight.mutable_grad() = at::Tensor();
    log_probs = algorithm::token_log_probs(hidden, weight, ids, 1.0).log_probs;
    if (!options.forward_only) log_probs.mean().backward();
    log_probs = log_probs.detach();
  });
  result["check"]["log_prob_sum"] = log_probs.to(at::kDouble).sum().item<double>();
  if (!options.forward_only) {
    result["check"]["grad_hidden"] = hidden.grad().to(at::kDouble).norm().item<double>();
    result["check"]["grad_weight"] = weight.grad().to(at::kDouble).norm().item<double>();
  }
  return result;
}

}  // namespace vrlt::benchmark
