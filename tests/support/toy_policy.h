#pragma once

#include <ATen/ATen.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "vrlt/algorithm/advantage.h"
#include "vrlt/algorithm/token_log_probs.h"

namespace vrlt::test {

/// A causal policy in float64 that is small enough to differentiate many times: two layers over the
/// mean of the embeddings so far, 32 tokens, width 16.
class ToyPolicy {
 public:
  explicit ToyPolicy(uint64_t seed) {
    auto generator = at::detail::createCPUGenerator(seed);
    const auto random = [&](at::IntArrayRef shape, double size) {
      return (size * at::empty(shape, at::kDouble).normal_(0.0, 1.0, generator)).requires_grad_();
    };
    parameters_ = {{"embedding", random({32, 16}, 1.0)},
                   {"first", random({16, 16}, 0.5)},
                   {"second", random({16, 16}, 0.5)},
                   {"head", random({32, 16}, 1.0)}};
  }

  const std::vector<std::pair<std::string, at::Tensor>>& parameters() const { return parameters_; }

  /// Log-probs and entropies of the rows' responses, one after the other. Row i answers prompt
  /// `prompts[i]`.
  algorithm::TokenLogProbs operator()(const std::vector<int64_t>& prompts,
                                      const std::vector<at::Tensor>& responses,
                                      double temperature = 1.0) const {
    std::vector<at::Tensor> hidden;
    for (size_t i = 0; i < responses.size(); ++i) {
      const auto inputs = at::cat({at::full({1}, prompts[i], at::kLong), responses[i]})
                              .narrow(0, 0, responses[i].size(0));
      const auto positions = at::arange(1, inputs.size(0) + 1, at::kDouble).unsqueeze(1);
      const auto mean = at::embedding(tensor(0), inputs).cumsum(0) / positions;
      hidden.push_back(at::tanh(at::linear(at::tanh(at::linear(mean, tensor(1))), tensor(2))));
    }
    return algorithm::token_log_probs(at::cat(hidden), tensor(3), at::cat(responses), temperature,
                                      /*chunk_size=*/7, /*entropy_gradient=*/true);
  }

  /// The gradients as one vector, which are then cleared.
  at::Tensor take_gradient() const {
    std::vector<at::Tensor> all;
    for (const auto& [name, parameter] : parameters_) {
      all.push_back(parameter.grad().defined() ? parameter.grad().flatten().clone()
                                               : at::zeros({parameter.numel()}, at::kDouble));
      parameter.mutable_grad() = at::Tensor();
    }
    return at::cat(all);
  }

  at::Tensor values() const {
    std::vector<at::Tensor> all;
    for (const auto& [name, parameter] : parameters_)
      all.push_back(parameter.detach().flatten().clone());
    return at::cat(all);
  }

 private:
  const at::Tensor& tensor(size_t i) const { return parameters_[i].second; }
  std::vector<std::pair<std::string, at::Tensor>> parameters_;
};

/// Twelve recorded responses, three to each of four prompts, of unequal lengths. The second group
/// has equal rewards; response 7 was cut off at the length limit.
struct RecordedBatch {
  static constexpr int64_t kGroupSize = 3;
  static constexpr size_t kTruncatedRow = 7;
  std::vector<int64_t> prompts = {3, 3, 3, 8, 8, 8, 21, 21, 21, 30, 30, 30};
  std::vector<int64_t> lengths = {5, 2, 7, 3, 3, 4, 1, 8, 6, 2, 5, 3};
  std::vector<double> rewards = {1.0, 0.25, 0.55, 0.7, 0.7, 0.7, 0.0, 1.0, 0.0, 0.9, 0.2, 0.4};
  std::vector<at::Tensor> responses = random_responses();

  int64_t num_tokens() const {
    int64_t sum = 0;
    for (const auto length : lengths) sum += length;
    return sum;
  }
  std::vector<double> advantages() const {
    return algorithm::group_advantages(rewards, kGroupSize, {}, lengths);
  }

 private:
  std::vector<at::Tensor> random_responses() const {
    auto generator = at::detail::createCPUGenerator(11);
    std::vector<at::Tensor> all;
    for (const auto length : lengths)
      all.push_back(at::randint(32, {length}, generator, at::kLong));
    return all;
  }
};

}  // namespace vrlt::test
