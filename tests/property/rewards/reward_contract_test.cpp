// The contract of reward.h over every row of the table of rewards: whatever bytes a model writes, the value is finite, in
// [0, 1] and twice the same, and nothing is thrown.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "tests/support/hostile_texts.h"
#include "vrlt/rewards/reward_table.h"

namespace vrlt::rewards {
namespace {

std::vector<data::Sample> samples() {
  const std::vector<std::string> options = {"a red ball", "a blue box", "both", "B"};
  return {{.task = data::Task::kMultipleChoice, .options = options, .answer_option = 1},
          {.task = data::Task::kTemporalGrounding, .segments = {{2, 15}}},
          {.task = data::Task::kTemporalGrounding, .clip_start = 1, .segments = {{2, 5}, {7, 9}}},
          {.task = data::Task::kGroundedQa, .options = options, .answer_option = 1, .segments = {{2, 15}}},
          {.task = data::Task::kReasoningLocalization, .segments = {{2, 15}}},
          {.task = data::Task::kOpen, .answer_text = "a ball"},
          {.task = data::Task::kYesNo, .answer_text = "yes"}};
}

void expect_contract(const RewardEntry& entry, const Reward& reward, const std::vector<data::Sample>& samples, const std::string& text,
                     const std::string& origin) {
  for (const auto& sample : samples) {
    const RewardInput input{.sample = sample, .text = text, .num_tokens = 7};
    RewardOutput first, second;
    ASSERT_NO_THROW(first = reward(input)) << origin;
    ASSERT_NO_THROW(second = reward(input)) << origin;
    ASSERT_TRUE(std::isfinite(first.value) && first.value >= 0.0 && first.value <= 1.0) << first.value << " on " << origin;
    ASSERT_EQ(first.value, second.value) << origin;
    ASSERT_EQ(first.applicable, second.applicable) << origin;
    ASSERT_EQ(first.reason, second.reason) << origin;
    ASSERT_FALSE(first.reason.empty()) << origin;
    ASSERT_TRUE(first.applicable || first.value == 0.0) << origin;
    ASSERT_TRUE(entry.continuous || first.value == 0.0 || first.value == 1.0) << "a discrete reward said " << first.value << " on " << origin;
  }
}

class RewardContract : public testing::TestWithParam<std::string> {
 protected:
  const RewardEntry& entry_ = find_reward(GetParam());
  const std::unique_ptr<Reward> reward_ = entry_.make();
  const std::vector<data::Sample> samples_ = samples();
};

std::vector<std::string> reward_names() {
  std::vector<std::string> names;
  for (const auto& entry : reward_table()) names.push_back(entry.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Table, RewardContract, testing::ValuesIn(reward_names()), [](const auto& info) { return info.param; });

}  // namespace

TEST_P(RewardContract, AnyBytes) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 1000; ++i) {
    const auto text = test::random_bytes(random, random() % 200);
    expect_contract(entry_, *reward_, samples_, text, "random bytes " + std::to_string(i));
    expect_contract(entry_, *reward_, samples_, "<think>t</think><answer>" + text + "</answer>", "random answer " + std::to_string(i));
  }
}

TEST_P(RewardContract, AnyOrderOfPieces) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 5000; ++i) {
    const auto text = test::random_pieces(random, random() % 20);
    expect_contract(entry_, *reward_, samples_, text, "random pieces " + std::to_string(i));
    expect_contract(entry_, *reward_, samples_, "<think>t</think><answer>" + text + "</answer>", "random answer " + std::to_string(i));
  }
}

TEST_P(RewardContract, Megabytes) {
  const auto texts = test::adversarial_texts();
  for (size_t i = 0; i < texts.size(); ++i) expect_contract(entry_, *reward_, samples_, texts[i], "adversarial text " + std::to_string(i));
}

}  // namespace vrlt::rewards
