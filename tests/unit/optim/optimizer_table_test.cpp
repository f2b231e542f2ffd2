#include "vrlt/optim/optimizer_table.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "vrlt/core/error.h"
#include "vrlt/optim/optimizer.h"

namespace vrlt::optim {
namespace {

OptimConfig config_of(const OptimizerEntry& row) {
  OptimConfig config;
  config.optimizer = row.name;
  return config;
}

at::Tensor parameter_of(at::ScalarType dtype) { return at::arange(1, 7, dtype).requires_grad_(); }

at::Tensor gradient_of(int64_t step, at::ScalarType dtype) {
  return (at::arange(6) + step).sin().to(dtype);
}

TEST(Optimizers, EachRowMovesAgainstTheGradientAndClearsIt) {
  for (const auto& row : kOptimizers) {
    const auto used = parameter_of(at::kFloat), unused = parameter_of(at::kFloat);
    const auto optimizer = make_optimizer({{"used", used}, {"unused", unused}}, config_of(row));
    used.mutable_grad() = at::ones({6});
    optimizer->step(1e-2);
    EXPECT_TRUE(used.detach().lt(parameter_of(at::kFloat).detach()).all().item<bool>()) << row.name;
    EXPECT_FALSE(used.grad().defined()) << row.name;
    EXPECT_TRUE(used.requires_grad()) << row.name;
    EXPECT_TRUE(at::equal(unused.detach(), parameter_of(at::kFloat).detach()))
        << row.name << ": a parameter without a gradient stays";
  }
}

TEST(Optimizers, EachRowGoesOnFromItsStateAsIfNeverStopped) {
  for (const auto& row : kOptimizers)
    for (const auto dtype : {at::kFloat, at::kBFloat16, at::kDouble}) {
      const auto run = [&](bool interrupted) {
        auto parameter = parameter_of(dtype);
        auto optimizer = make_optimizer({{"w", parameter}}, config_of(row));
        for (int64_t step = 0; step < 6; ++step) {
          if (interrupted && step == 3) {
            NamedTensors stored;
            for (const auto& [name, tensor] : optimizer->state())
              stored.emplace_back(name, tensor.clone());
            parameter = parameter.detach().clone().requires_grad_();
            optimizer = make_optimizer({{"w", parameter}}, config_of(row));
            optimizer->load_state(stored);
          }
          parameter.mutable_grad() = gradient_of(step, dtype);
          optimizer->step(1e-2);
        }
        return parameter.detach();
      };
      EXPECT_TRUE(at::equal(run(false), run(true))) << row.name << " " << dtype;
    }
}

TEST(Optimizers, EachRowTellsItsBytesOfParametersWithoutMemory) {
  for (const auto& row : kOptimizers)
    for (const auto dtype : {at::kFloat, at::kBFloat16}) {
      const auto here = at::zeros({6}, dtype),
                 nowhere = at::empty({6}, at::TensorOptions().dtype(dtype).device(at::kMeta));
      EXPECT_EQ(make_optimizer({{"w", nowhere}}, config_of(row))->bytes(),
                make_optimizer({{"w", here}}, config_of(row))->bytes())
          << row.name;
      const int64_t master = dtype == at::kBFloat16 ? 1 : 0;
      EXPECT_EQ(make_optimizer({{"w", here}}, config_of(row))->bytes(),
                6 * 4 * (row.numbers_of_parameter + master))
          << row.name << ": as its row says";
    }
}

TEST(Optimizers, AnUnknownNameIsRefused) {
  OptimConfig config;
  config.optimizer = "adamv";
  EXPECT_THROW(make_optimizer({}, config), ConfigError);
}

}  // namespace
}  // namespace vrlt::optim
