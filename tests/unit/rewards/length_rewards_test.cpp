// Rewards of a response's length and of its group: docs/spec/rewards.md#length-and-order-of-frames
// and docs/spec/rewards.md#overlong-responses.
#include "rewards/length_rewards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rewards/temporal_rewards.h"
#include "tests/support/score_one.h"
#include "tests/support/table_case.h"
#include "vrlt/core/error.h"
#include "vrlt/rewards/reward_function.h"

namespace vrlt::rewards {
namespace {

struct OverlongRow {
  const char* name;
  int64_t tokens;
  double value;
};
VRLT_PRINT_ROW_NAME(OverlongRow)

// At most 100 tokens, punished from the 80th.
const OverlongRow kOverlong[] = {{"tokens_0", 0, 0},      {"tokens_79", 79, 0},
                                 {"tokens_80", 80, 0},    {"tokens_81", 81, -0.05},
                                 {"tokens_90", 90, -0.5}, {"tokens_99", 99, -0.95},
                                 {"tokens_100", 100, -1}, {"tokens_101", 101, -1}};

class Overlong : public testing::TestWithParam<OverlongRow> {};
INSTANTIATE_TEST_SUITE_P(Lengths, Overlong, testing::ValuesIn(kOverlong), test::row_name);

struct BonusRow {
  const char* name;
  std::vector<double> accuracy, control;
  std::vector<int64_t> tokens;
  std::vector<double> total;  ///< a + f + bonuses, f = 1.
};
VRLT_PRINT_ROW_NAME(BonusRow)

const std::vector<int64_t> k400 = {400, 400, 400, 400};

const BonusRow kBonuses[] = {
    {"two_right", {1, 1, 0, 0}, {1, 0}, {319, 320, 400, 512}, {2.3, 2.5, 1, 1}},
    {"order_does_not_help",
     {1, 0, 0, 0},
     {1, 1},
     k400,
     {2, 1, 1, 1}},  // 0.25 < 0.8; a single right one has no length bonus
    {"nobody_right", {0, 0, 0, 0}, {0, 0}, k400, {1, 1, 1, 1}},
    {"one_right", {1, 0, 0, 0}, {0, 0}, k400, {2.3, 1, 1, 1}},
    {"all_right", {1, 1, 1, 1}, {1, 1}, {512, 513, 320, 100}, {2.5, 2.3, 2.5, 2.3}},
    {"continuous",
     {.08, .12, .9, .5},
     {.5, .5},
     k400,
     {1.08, 1.62, 2.4, 2.0}},  // 0.4 >= 0.8 * 0.5 is a tie
};

class Bonuses : public testing::TestWithParam<BonusRow> {};
INSTANTIATE_TEST_SUITE_P(Spec37, Bonuses, testing::ValuesIn(kBonuses), test::row_name);

/// Outputs of a group reward for given accuracies.
std::vector<RewardOutput> score_group(const char* reward, const BonusRow& row) {
  const data::Sample sample{
      .task = data::Task::kMultipleChoice, .options = {"x", "y"}, .answer_option = 0};
  std::vector<RewardInput> responses;
  for (const auto tokens : row.tokens)
    responses.push_back({.sample = sample, .text = "", .num_tokens = tokens});
  const GroupInput group{responses, row.accuracy, row.control};
  return find_reward(reward).maker.make({})->score({&group, 1}).front();
}

}  // namespace

TEST_P(Overlong, Penalty) {
  const data::Sample sample{.task = data::Task::kMultipleChoice};
  const RewardOptions explicit_buffer{
      .max_tokens = 100, .parameters = parameters_with(OverlongParameters{.buffer = 20})},
      a_fifth{.max_tokens = 100};
  EXPECT_NEAR(test::score_one("overlong", sample, "", explicit_buffer, GetParam().tokens).value,
              GetParam().value, 1e-15);
  EXPECT_NEAR(test::score_one("overlong", sample, "", a_fifth, GetParam().tokens).value,
              GetParam().value, 1e-15)
      << "DAPO's 4096 of 20480";
}

TEST(OverlongReward, DoesNotApplyWithoutALimit) {
  const data::Sample sample{.task = data::Task::kMultipleChoice};
  EXPECT_FALSE(test::score_one("overlong", sample, "", {}, 1 << 20).applicable);
}

TEST_P(Bonuses, Total) {
  const auto& row = GetParam();
  const auto temporal = score_group("temporal_bonus", row),
             length = score_group("length_bonus", row);
  ASSERT_EQ(temporal.size(), row.total.size());
  ASSERT_EQ(length.size(), row.total.size());
  for (size_t i = 0; i < row.total.size(); ++i)
    EXPECT_NEAR(row.accuracy[i] + 1.0 + 0.3 * temporal[i].value + 0.2 * length[i].value,
                row.total[i], 1e-12)
        << "response " << i;
}

TEST(TemporalBonus, DoesNotApplyWithoutAControlGroup) {
  for (const auto& output : score_group("temporal_bonus", {"", {1, 0}, {}, {1, 1}, {}}))
    EXPECT_FALSE(output.applicable);
}

// Through the whole preset: the letter is the accuracy, the control group is scored by the same
// terms and earns nothing.
TEST(VideoR1Preset, AddsTheBonusesOfTheGroup) {
  const data::Sample sample{
      .task = data::Task::kMultipleChoice, .options = {"x", "y"}, .answer_option = 1};
  const RewardFunction reward({{"videor1"}});
  const auto response = [&](const char* letter, int64_t tokens) {
    return RewardInput{sample, test::think_and_answer(letter), tokens, false};
  };
  const std::vector<RewardInput> responses = {response("B", 319), response("B", 320),
                                              response("A", 400), response("A", 512)};
  const auto totals = [&](const std::vector<RewardInput>& control) {
    std::vector<double> result;
    for (const auto& scored : reward.score_group(responses, control))
      result.push_back(scored.total);
    return result;
  };
  EXPECT_THAT(totals({response("B", 1), response("A", 1)}),
              testing::Pointwise(testing::DoubleNear(1e-12), {2.3, 2.5, 1.0, 1.0}));
  EXPECT_THAT(totals({}), testing::Pointwise(testing::DoubleNear(1e-12), {2.0, 2.2, 1.0, 1.0}));
  EXPECT_EQ(reward(responses[1]).total, 2.0) << "a response by itself has no group";
}

TEST(RewardOptions, ContradictionsAreRefused) {
  EXPECT_THROW(RewardFunction({{"choice"}}, {.answer_block = "any"}), ConfigError);
  EXPECT_THROW(RewardFunction({{"choice"}}, {.inverted = "keep"}), ConfigError);
  EXPECT_THROW(RewardFunction({{"choice"}},
                              {.parameters = parameters_with(WassersteinParameters{.beta = 0})}),
               ConfigError);
  EXPECT_THROW(RewardFunction({{"choice"}}, {.parameters = parameters_with(LengthBonusParameters{
                                                 .min_tokens = 10, .max_tokens = 9})}),
               ConfigError);
  EXPECT_THROW(RewardFunction({{"choice"}},
                              {.max_tokens = 10,
                               .parameters = parameters_with(OverlongParameters{.buffer = 11})}),
               ConfigError);
}

}  // namespace vrlt::rewards
