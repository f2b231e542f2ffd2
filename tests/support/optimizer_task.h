#pragma once

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "vrlt/distributed/process_group.h"
#include "vrlt/optim/adamw.h"
#include "vrlt/optim/sharded_optimizer.h"

namespace vrlt::test {

/// Updates of parameters of many shapes by gradients of several passes, which are dealt to the
/// ranks: by a ShardedOptimizer, and without anything of it.
struct OptimizerTask {
  using NamedTensors = optim::NamedTensors;
  static constexpr int64_t kPasses = 5, kUpdates = 4;
  static constexpr double kMaxNorm = 3.0, kLr = 1e-2;
  static constexpr optim::AdamWConfig kAdamW{.weight_decay = 0.1};

  static at::Tensor random(at::IntArrayRef shape, uint64_t seed, at::ScalarType dtype) {
    auto generator = at::detail::createCPUGenerator(seed);
    return at::empty(shape, at::kFloat).normal_(0.0, 1.0, generator).to(dtype);
  }

  /// Some that are cut, small ones, and one that no pass gives a gradient.
  static NamedTensors parameters_of(at::ScalarType dtype) {
    const std::vector<std::pair<const char*, std::vector<int64_t>>> shapes = {
        {"embed", {31, 37}},     {"layers.0.a", {40, 50}}, {"layers.0.b", {13}},
        {"layers.1.a", {7, 11}}, {"layers.1.b", {65}},     {"norm", {33}},
        {"unused", {129}}};
    NamedTensors parameters;
    for (const auto& [name, sizes] : shapes)
      parameters.emplace_back(name, random(sizes, parameters.size(), dtype).requires_grad_());
    return parameters;
  }

  /// The backward pass of a loss whose gradients are random. That of layers.1.b is in one pass.
  static void backward(const NamedTensors& parameters, int64_t update, int64_t pass) {
    auto loss = at::zeros({}, parameters[0].second.scalar_type());
    for (size_t i = 0; i < parameters.size(); ++i) {
      const auto& [name, parameter] = parameters[i];
      if (name == "unused" || (name == "layers.1.b" && (update != 1 || pass != 2))) continue;
      const auto seed = static_cast<uint64_t>(1000 + 100 * update + 10 * pass) + i;
      const auto gradient = random(parameter.sizes(), seed, parameter.scalar_type()) *
                            std::pow(10.0, static_cast<double>(pass - 2));
      loss = loss + (parameter * gradient).sum();
    }
    loss.backward();
  }

  /// Weights and state after all updates. Sums in float64 over whole gradients, the norm of whole
  /// gradients, LibTorch's kernel on whole tensors.
  static NamedTensors plain_training(std::vector<double>* norms) {
    const auto parameters = parameters_of(at::kFloat);
    optim::AdamW optimizer(parameters, kAdamW);
    for (int64_t update = 0; update < kUpdates; ++update) {
      std::vector<at::Tensor> sums(parameters.size());
      for (int64_t pass = 0; pass < kPasses; ++pass) {
        backward(parameters, update, pass);
        for (size_t i = 0; i < parameters.size(); ++i) {
          auto& gradient = parameters[i].second.mutable_grad();
          if (!gradient.defined()) continue;
          const auto wide = gradient.to(at::kDouble);
          sums[i] = sums[i].defined() ? sums[i] + wide : wide;
          gradient = at::Tensor();
        }
      }
      double squares = 0.0;
      for (size_t i = 0; i < parameters.size(); ++i) {
        if (!sums[i].defined()) continue;
        parameters[i].second.mutable_grad() = sums[i].to(at::kFloat);
        squares += parameters[i].second.grad().to(at::kDouble).square().sum().item<double>();
      }
      const double norm = std::sqrt(squares);
      norms->push_back(norm);
      EXPECT_GT(norm, kMaxNorm) << "nothing is clipped";
      for (const auto& [name, parameter] : parameters)
        if (parameter.grad().defined()) parameter.mutable_grad().mul_(kMaxNorm / (norm + 1e-6));
      optimizer.step(kLr);
    }
    auto end = parameters;
    for (const auto& [name, state] : optimizer.state()) end.emplace_back(name, state);
    return end;
  }

  static std::unique_ptr<optim::Optimizer> make(const NamedTensors& parameters) {
    return std::make_unique<optim::AdamW>(parameters, kAdamW);
  }

  /// Updates [first, last), each by all passes of all ranks.
  static void train(optim::ShardedOptimizer& optimizer, const NamedTensors& parameters,
                    int64_t first, int64_t last, distributed::ProcessGroup& group,
                    std::vector<double>* norms = nullptr) {
    for (int64_t update = first; update < last; ++update) {
      for (int64_t begin = 0; begin < kPasses; begin += group.world_size()) {
        if (const int64_t pass = begin + group.rank(); pass < kPasses) {
          backward(parameters, update, pass);
          optimizer.gradients().take();
        } else {
          optimizer.gradients().pass_idly();
        }
      }
      const double norm = optimizer.finish_gradients(kMaxNorm);
      if (norms != nullptr) norms->push_back(norm);
      optimizer.step(kLr);
    }
  }

  /// The whole state, put together from the pieces of all ranks.
  static NamedTensors whole_state(const optim::ShardedOptimizer& optimizer,
                                  distributed::ProcessGroup& group) {
    NamedTensors whole;
    for (const auto& [name, shape] : optimizer.whole_state()) {
      auto tensor = at::zeros(shape.sizes(), at::kFloat);
      auto covered = at::zeros({tensor.numel()}, at::kLong);
      for (const auto& piece : optimizer.state_pieces()) {
        if (piece.name != name) continue;
        EXPECT_EQ(piece.shape, shape.sizes().vec()) << name;
        tensor.view({-1}).narrow(0, piece.begin, piece.values.numel()).copy_(piece.values);
        covered.narrow(0, piece.begin, piece.values.numel()).add_(1);
      }
      group.all_reduce_sum(tensor);
      group.all_reduce_sum(covered);
      EXPECT_TRUE(covered.eq(1).all().item<bool>()) << name << ": each element is of one rank";
      whole.emplace_back(name, tensor);
    }
    return whole;
  }

  /// @param begin  of the names to compare with in `expected`.
  static void expect_equal(const NamedTensors& got, const NamedTensors& expected,
                           size_t begin = 0) {
    for (size_t i = 0; i < got.size(); ++i) {
      EXPECT_EQ(got[i].first, expected[begin + i].first);
      EXPECT_TRUE(at::equal(got[i].second, expected[begin + i].second)) << got[i].first;
    }
  }
};

}  // namespace vrlt::test
