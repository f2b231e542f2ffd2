// What the update is told about a response reaches that response, in whatever order groups stand.
#include "vrlt/trainer/step/policy_update.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/support/tiny_prompts.h"
#include "vrlt/core/error.h"

namespace vrlt::trainer {
namespace {

/// Two prompts with two responses each, of 2 and 3, and of 1 and 4 tokens; a policy and another one
/// as its reference.
class KeyedUpdate : public ::testing::Test {
 protected:
  KeyedUpdate() {
    test::TinyPrompts random(3);
    for (const auto& [position, lengths] :
         {std::pair<int64_t, std::vector<int64_t>>{3, {2, 3}}, {8, {1, 4}}}) {
      UpdateGroup group{.position = position, .prompt = random.text(6)};
      for (const int64_t length : lengths) group.responses.push_back(random.ids(length));
      groups_.push_back(std::move(group));
    }
    for (const auto& [name, tensor] : policy_->parameters().entries()) {
      auto parameter = tensor;
      parameter.set_requires_grad(true);
      trained_.emplace_back(name, parameter);
    }
    for (const auto& [name, tensor] : reference_->parameters().entries()) {
      auto parameter = tensor;
      parameter.mul_(0.9);
    }
    settings_.micro_batch = 1;
    settings_.algorithm.kl_reward.coef = 0.1;  // divergences are asked for
  }

  PolicyUpdate update() {
    return {settings_, *policy_, reference_.get(), distributed::single_process()};
  }

  double policy_loss(const std::vector<UpdateGroup>& groups, const ByResponse<double>& advantages) {
    auto update = this->update();
    update.start_batch({groups});
    update.measure_anchors();
    update.set_advantages(advantages);
    optim::GradientSum gradients(trained_);
    metrics::MetricSet metrics;
    update.accumulate_gradients(0, gradients, metrics);
    return metrics.value("loss/policy", 0.0);
  }

  ByResponse<double> divergences(const std::vector<UpdateGroup>& groups) {
    auto update = this->update();
    update.start_batch({groups});
    update.measure_anchors();
    return update.response_divergences();
  }

  std::vector<UpdateGroup> turned() const { return {groups_[1], groups_[0]}; }

  std::unique_ptr<model::VisionLanguageModel> policy_ = test::tiny_model(),
                                              reference_ = test::tiny_model();
  optim::NamedTensors trained_;
  std::vector<UpdateGroup> groups_;
  UpdateSettings settings_;
  const ByResponse<double> advantages_ = {
      {{3, 0}, 1.0}, {{3, 1}, -2.0}, {{8, 0}, 4.0}, {{8, 1}, 0.5}};
};

// The first update has ratios of 1: the loss is minus the mean advantage of the 10 tokens, -(2*1 -
// 3*2 + 1*4 + 4*0.5) / 10 = -0.2. Handed over in the order of the turned groups it would be -(1*1 -
// 4*2 + 2*4 + 3*0.5) / 10 = -0.25.
TEST_F(KeyedUpdate, AdvantagesReachTheResponsesTheyAreOf) {
  EXPECT_NEAR(policy_loss(groups_, advantages_), -0.2, 1e-6);
  EXPECT_NEAR(policy_loss(turned(), advantages_), -0.2, 1e-6);
}

TEST_F(KeyedUpdate, AdvantagesOfOtherRanksChangeNothing) {
  auto all = advantages_;
  all[{0, 0}] = 100.0;
  all[{5, 1}] = -100.0;
  EXPECT_NEAR(policy_loss(groups_, all), -0.2, 1e-6);
}

TEST_F(KeyedUpdate, DivergencesAreThoseOfTheResponsesTheyName) {
  const auto expected = divergences(groups_);
  ASSERT_EQ(expected.size(), 4u);
  std::set<double> different;
  for (const auto& [response, divergence] : expected) different.insert(divergence);
  EXPECT_EQ(different.size(), 4u) << "equal ones could be exchanged unseen";
  EXPECT_EQ(divergences(turned()), expected);
  EXPECT_EQ(divergences({groups_[1]}),
            (ByResponse<double>{*expected.find({8, 0}), *expected.find({8, 1})}));
}

TEST_F(KeyedUpdate, AResponseWithoutAnAdvantageIsRefused) {
  auto lacking = advantages_;
  lacking.erase({8, 1});
  EXPECT_THROW(policy_loss(groups_, lacking), ContractError);
}

TEST_F(KeyedUpdate, TwoGroupsOfOnePositionAreRefused) {
  groups_[1].position = groups_[0].position;
  EXPECT_THROW(divergences(groups_), ContractError);
}

}  // namespace
}  // namespace vrlt::trainer
