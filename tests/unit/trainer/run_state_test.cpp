#include "trainer/run_state.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"
#include "vrlt/core/error.h"

namespace vrlt::trainer {
namespace {

/// Keeps a tensor and a number, as no optimizer of the table does.
class OtherOptimizer : public optim::Optimizer {
 public:
  explicit OtherOptimizer(double value, int64_t size = 3)
      : momentum_(at::full({size}, value)), count_(at::full({}, value, at::kLong)) {}
  void step(double) override {}
  optim::NamedTensors state() const override {
    return {{"momentum.all", momentum_}, {"count.all", count_}};
  }

 private:
  at::Tensor momentum_, count_;
};

/// Of one parameter, which the optimizer above takes its names from.
class Other : public optim::ShardedOptimizer {
 public:
  explicit Other(double value, int64_t size = 3)
      : ShardedOptimizer(
            {{"all", at::zeros({size})}},
            [&](const auto&) { return std::make_unique<OtherOptimizer>(value, size); },
            distributed::single_process()) {}
};

class RunStateTest : public ::testing::Test {
 protected:
  RunStateTest() : policy_(open(1)), reference_(open(2)) {}

  std::unique_ptr<model::VisionLanguageModel> open(uint64_t seed) {
    return model::load_model(test::make_tiny_model_folder(folder_.path() / "model"),
                             {.random_weights = true, .seed = seed});
  }
  RunState state(optim::ShardedOptimizer& optimizer, model::VisionLanguageModel& policy,
                 model::VisionLanguageModel* reference = nullptr) {
    return RunState({.run_folder = folder_.path(),
                     .policy = policy,
                     .moving_reference = reference,
                     .optimizer = optimizer,
                     .group = distributed::single_process()});
  }
  static void expect_equal(model::VisionLanguageModel& a, model::VisionLanguageModel& b) {
    for (const auto& [name, tensor] : a.parameters().entries())
      EXPECT_TRUE(at::equal(tensor, b.parameters().at(name))) << name;
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<model::VisionLanguageModel> policy_, reference_;
};

const SavedState kSaved{.step = 4,
                        .updates = 7,
                        .skipped_in_a_row = 1,
                        .bad_samples = {"a", "b"},
                        .trainer = {{"position", 12}}};

TEST_F(RunStateTest, BringsBackAllThatWasSavedOfAnyOptimizer) {
  Other optimizer(5), other(0);
  state(optimizer, *policy_, reference_.get()).save(kSaved);
  const auto policy = open(3), reference = open(4);
  const auto resumed = state(other, *policy, reference.get()).resume({});
  ASSERT_TRUE(resumed);
  EXPECT_EQ(to_json(resumed->state), to_json(kSaved));
  EXPECT_EQ(resumed->folder, folder_.path() / "checkpoints/step-000004");
  expect_equal(*policy, *policy_);
  expect_equal(*reference, *reference_);
  ASSERT_EQ(other.state_pieces().size(), 2u);
  for (const auto& piece : other.state_pieces())
    EXPECT_TRUE(piece.values.eq(5).all().item<bool>()) << piece.name;
}

TEST_F(RunStateTest, AReferenceThatStaysIsNotSaved) {
  Other optimizer(5);
  state(optimizer, *policy_).save(kSaved);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "checkpoints/step-000004/reference"));
}

TEST_F(RunStateTest, NothingIsRestoredWhereNothingFits) {
  Other optimizer(5), larger(0, /*size=*/4);
  EXPECT_FALSE(state(optimizer, *policy_).resume({})) << "no checkpoint";
  state(optimizer, *policy_).save(kSaved);
  EXPECT_FALSE(state(larger, *policy_).resume({})) << "another shape";
  EXPECT_FALSE(state(optimizer, *policy_).resume([](const io::Json& trainer, int64_t step) {
    EXPECT_EQ(trainer, kSaved.trainer);
    EXPECT_EQ(step, 4);
    throw DataError("not to be gone on from");
  }));
  EXPECT_TRUE(state(optimizer, *policy_).resume({}));
}

/// Saves steps 1 to 3, the last ones of the run, and says which checkpoints have an optimizer.
class KeptOptimizers : public RunStateTest {
 protected:
  RunState of_three_steps(const std::string& which, int64_t steps = 3) {
    return RunState({.run_folder = folder_.path(),
                     .policy = *policy_,
                     .optimizer = optimizer_,
                     .group = distributed::single_process(),
                     .keep = 5,
                     .steps = steps,
                     .optimizer_of = which});
  }
  std::vector<bool> saved_with(const std::string& which) {
    auto run = of_three_steps(which);
    for (const int64_t step : {1, 2, 3}) run.save({.step = step});
    std::vector<bool> found;
    for (const char* step : {"step-000001", "step-000002", "step-000003"})
      found.push_back(
          std::filesystem::exists(folder_.path() / "checkpoints" / step / "optimizer.safetensors"));
    return found;
  }
  Other optimizer_{5};
};

TEST_F(KeptOptimizers, AreThoseOfAllCheckpoints) {
  EXPECT_EQ(saved_with("all"), std::vector<bool>({true, true, true}));
}

TEST_F(KeptOptimizers, AreThatOfTheLast) {
  EXPECT_EQ(saved_with("last"), std::vector<bool>({false, false, true}));
  EXPECT_TRUE(of_three_steps("last", /*steps=*/4).resume({}));
  // The older ones are whole, but nothing to go on from; a run must not start over unasked.
  std::filesystem::remove_all(folder_.path() / "checkpoints/step-000003");
  EXPECT_THROW(of_three_steps("last").resume({}), ConfigError);
}

TEST_F(KeptOptimizers, IsNoneOnceAllStepsAreDone) {
  EXPECT_EQ(saved_with("unfinished"), std::vector<bool>({false, false, false}));
  const auto resumed = of_three_steps("unfinished").resume({});
  ASSERT_TRUE(resumed);
  EXPECT_EQ(resumed->state.step, 3);
  EXPECT_THROW(of_three_steps("unfinished", /*steps=*/4).resume({}), ConfigError);
}

TEST_F(RunStateTest, WeightsThatAreNotFiniteMayNotBeSaved) {
  Other optimizer(5);
  const auto saved = state(optimizer, *policy_, reference_.get());
  EXPECT_NO_THROW(saved.check_weights(4));
  reference_->parameters().entries().front().tensor.flatten()[0].fill_(NAN);
  EXPECT_THROW(saved.check_weights(4), NotFiniteError);
}

}  // namespace
}  // namespace vrlt::trainer
