#include "vrlt/optim/adamw.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/worst.h"
#include "vrlt/core/error.h"

namespace vrlt::optim {
namespace {

at::Tensor random(at::IntArrayRef shape, uint64_t seed) {
  auto generator = at::detail::createCPUGenerator(seed);
  return at::empty(shape, at::kFloat).normal_(0.0, 1.0, generator);
}

/// The textbook update of one number, in float64. Source: arXiv:1711.05101, algorithm 2, with the
/// learning rate on the decay.
struct Reference {
  double value, m = 0, v = 0;
  int step = 0;
  void update(double gradient, double lr, const AdamWConfig& config) {
    ++step;
    value -= lr * config.weight_decay * value;
    m = config.beta1 * m + (1 - config.beta1) * gradient;
    v = config.beta2 * v + (1 - config.beta2) * gradient * gradient;
    const double m_hat = m / (1 - std::pow(config.beta1, step)),
                 v_hat = v / (1 - std::pow(config.beta2, step));
    value -= lr * m_hat / (std::sqrt(v_hat) + config.epsilon);
  }
};

TEST(AdamW, EqualsTheTextbookUpdate) {
  const AdamWConfig config{.beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-6, .weight_decay = 0.1};
  const auto parameter = random({5, 7}, 1).requires_grad_();
  std::vector<Reference> reference;
  for (int64_t i = 0; i < 35; ++i)
    reference.push_back({parameter.detach().flatten()[i].item<double>()});
  AdamW optimizer({{"w", parameter}}, config);
  for (int step = 0; step < 20; ++step) {
    const auto gradient =
        random({5, 7}, 100 + static_cast<uint64_t>(step)) * (step % 3 == 0 ? 1e-4 : 1.0);
    const double lr = 0.01 / (1 + step);
    parameter.mutable_grad() = gradient.clone();
    optimizer.step(lr);
    EXPECT_FALSE(parameter.grad().defined()) << "gradients must be cleared";
    for (int64_t i = 0; i < 35; ++i)
      reference[static_cast<size_t>(i)].update(gradient.flatten()[i].item<double>(), lr, config);
  }
  for (int64_t i = 0; i < 35; ++i) {
    const double difference = std::abs(parameter.detach().flatten()[i].item<double>() -
                                       reference[static_cast<size_t>(i)].value);
    test::Worst::note("AdamW after 20 steps", difference);
    EXPECT_LE(difference, 1e-6);  // 20 roundings of a float32 of size 1
  }
  EXPECT_TRUE(parameter.requires_grad());
}

TEST(AdamW, AParameterWithoutAGradientStays) {
  const auto used = at::ones({3}).requires_grad_(), unused = at::ones({3}).requires_grad_();
  AdamW optimizer({{"used", used}, {"unused", unused}}, {.weight_decay = 0.5});
  used.mutable_grad() = at::ones({3});
  optimizer.step(0.1);
  EXPECT_TRUE(at::equal(unused.detach(), at::ones({3}))) << "not even decayed";
  EXPECT_FALSE(at::equal(used.detach(), at::ones({3})));
  for (const auto& [name, tensor] : optimizer.state())
    if (name == "step.unused") {
      EXPECT_EQ(tensor.item<float>(), 0.0F);
    }
}

TEST(AdamW, MasterCopyKeepsWhatBfloat16CannotHold) {
  // A constant gradient moves by lr each step: 1e-4 is a 40th of the spacing of bfloat16 at 1
  // (2^-8), so that adding to the parameter itself would never move it; 100 steps through the
  // master give 1 - 0.01 = 0.99, rounded to 0.98828125.
  const auto parameter = at::ones({4}, at::kBFloat16).requires_grad_();
  AdamW optimizer({{"w", parameter}}, {.weight_decay = 0.0});
  for (int step = 0; step < 100; ++step) {
    parameter.mutable_grad() = at::ones({4}, at::kBFloat16);
    optimizer.step(1e-4);
  }
  const auto state = optimizer.state();
  const auto master = std::find_if(state.begin(), state.end(),
                                   [](const auto& item) { return item.first == "master.w"; });
  ASSERT_NE(master, state.end());
  EXPECT_EQ(master->second.scalar_type(), at::kFloat);
  EXPECT_LE((master->second - 0.99).abs().max().item<double>(), 1e-5);
  EXPECT_TRUE(at::equal(parameter.detach(), master->second.to(at::kBFloat16)));
  EXPECT_EQ(parameter.detach()[0].item<float>(), 0.98828125F);
}

NamedTensors cloned(const NamedTensors& tensors) {
  NamedTensors copy;
  for (const auto& [name, tensor] : tensors) copy.emplace_back(name, tensor.clone());
  return copy;
}

TEST(AdamW, GoesOnFromItsStateAsIfNeverStopped) {
  for (const auto dtype : {at::kFloat, at::kBFloat16}) {
    const auto run = [&](bool interrupted) {
      auto parameter = random({6}, 2).to(dtype).requires_grad_();
      auto optimizer = std::make_unique<AdamW>(NamedTensors{{"w", parameter}}, AdamWConfig{});
      for (int step = 0; step < 6; ++step) {
        if (interrupted && step == 3) {
          const auto state = cloned(optimizer->state());
          parameter = parameter.detach().clone().requires_grad_();
          optimizer = std::make_unique<AdamW>(NamedTensors{{"w", parameter}}, AdamWConfig{});
          optimizer->load_state(state);
        }
        parameter.mutable_grad() = random({6}, 50 + static_cast<uint64_t>(step)).to(dtype);
        optimizer->step(1e-3);
      }
      return parameter.detach();
    };
    EXPECT_TRUE(at::equal(run(false), run(true))) << dtype;
  }
}

TEST(AdamW, RefusesAStateThatDoesNotFit) {
  const auto parameter = at::zeros({3}).requires_grad_();
  AdamW optimizer({{"w", parameter}}, {});
  auto missing = cloned(optimizer.state());
  missing.pop_back();
  EXPECT_THROW(optimizer.load_state(missing), CheckpointError);
  auto reshaped = cloned(optimizer.state());
  reshaped[0].second = at::zeros({4});
  EXPECT_THROW(optimizer.load_state(reshaped), CheckpointError);
}

TEST(AdamW, TellsTheBytesOfItsState) {
  // 10 numbers: two moments in float32, of bfloat16 a master too; of float64 two moments of 8
  // bytes.
  const auto bytes = [](at::ScalarType dtype) {
    return AdamW({{"a", at::zeros({2, 3}, dtype)}, {"b", at::zeros({4}, dtype)}}, {}).bytes();
  };
  EXPECT_EQ(bytes(at::kFloat), 10 * 8);
  EXPECT_EQ(bytes(at::kBFloat16), 10 * 12);
  EXPECT_EQ(bytes(at::kDouble), 10 * 16);
}

TEST(AdamW, TellsThemOfParametersWithoutMemory) {
  const auto huge =
      at::empty({int64_t{1} << 40}, at::TensorOptions().dtype(at::kBFloat16).device(at::kMeta));
  EXPECT_EQ(AdamW({{"w", huge}}, {}).bytes(), (int64_t{1} << 40) * 12);
}

}  // namespace
}  // namespace vrlt::optim
