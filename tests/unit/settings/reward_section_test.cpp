#include "vrlt/settings/reward_section.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/score_one.h"

namespace vrlt::settings {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int64_t kMaxNewTokens = 100;

std::vector<std::string> problems(const std::vector<config::WeightedName>& rewards,
                                  const rewards::RewardOptions& options = {},
                                  ControlRollouts control = ControlRollouts::kNone) {
  return check(rewards, options, kMaxNewTokens, control,
               {{"rewards", "train.yaml:3:1"}, {"reward_options", "train.yaml:4:1"}});
}

}  // namespace

TEST(RewardSection, RefusesWhatCannotBeTrainedOn) {
  EXPECT_THAT(problems({{"temporal_iou"}, {"timer1"}, {"overlong"}}), IsEmpty());
  EXPECT_THAT(problems({{"choice_seed_eval"}}),
              ElementsAre(HasSubstr("train.yaml:3:1: choice_seed_eval is for comparison")));
  EXPECT_THAT(problems({{"videor1"}}),
              ElementsAre(HasSubstr(
                  "train.yaml:3:1: temporal_bonus compares with responses to shuffled frames")));
  EXPECT_THAT(problems({{"videor1"}}, {}, ControlRollouts::kSampled), IsEmpty());
}

TEST(RewardSection, RefusesOptionsThatExcludeEachOther) {
  EXPECT_THAT(problems({{"choice"}}, test::reward_options({"min_bonus_tokens=600"})),
              ElementsAre(HasSubstr("train.yaml:4:1: reward option max_bonus_tokens")));
  EXPECT_THAT(problems({{"overlong"}}, test::reward_options({"overlong_buffer=101"})),
              ElementsAre(HasSubstr("train.yaml:4:1: reward option overlong_buffer")));
}

// The limit that overlong counts back from is the rollout's: 95 of 100 tokens with the last fifth
// as buffer are 15 of 20 into it.
TEST(RewardSection, OverlongEndsWhereTheRolloutDoes) {
  const data::Sample sample{.task = data::Task::kMultipleChoice};
  const auto reward = reward_function({{"overlong", 2.0}}, {}, kMaxNewTokens);
  EXPECT_EQ(reward({.sample = sample, .text = "", .num_tokens = 95}).total, -1.5);
}

}  // namespace vrlt::settings
