#include "vrlt/settings/reward_section.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/score_one.h"
#include "vrlt/core/error.h"
#include "vrlt/rewards/reward_command.h"

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
  EXPECT_THAT(problems({{"choice", 0.0}, {"format", 0.0}}),
              ElementsAre(HasSubstr("train.yaml:3:1: all weights are 0")));
  EXPECT_THAT(problems({{"choice", 1.0}, {"format", 0.0}}), IsEmpty()) << "one that is only shown";
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

namespace {

/// Rewards and options as a config of these lines has them.
struct Section {
  std::vector<config::WeightedName> rewards;
  rewards::RewardOptions options;
};
void visit_fields(config::FieldVisitor& visitor, Section& section) {
  visit_rewards(visitor, "help", section.rewards, section.options);
}

Section loaded(const std::vector<std::string>& overrides) {
  Section section;
  config::load({}, overrides,
               [&](config::FieldVisitor& visitor) { visit_fields(visitor, section); }, {});
  return section;
}

std::string error_of(const std::string& override) {
  try {
    loaded({override});
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

constexpr const char* kList =
    "rewards=[{name: choice, weight: 0.5}, {command: 'python3 \"my reward.py\"', weight: 2, "
    "timeout: 5, workers: 4, max_failed: 0.5}, {command: b}]";

}  // namespace

TEST(RewardSection, ACommandIsAnItemOfTheList) {
  const auto section = loaded({kList});
  ASSERT_EQ(section.rewards.size(), 3u);
  EXPECT_EQ(section.rewards[0].name, "choice");
  EXPECT_EQ(section.rewards[1].weight, 2.0);
  const auto* command =
      section.options.parameters.get<rewards::RewardCommands>().find(section.rewards[1].name);
  ASSERT_NE(command, nullptr);
  EXPECT_EQ(command->command, "python3 \"my reward.py\"");
  EXPECT_EQ(command->timeout, 5);
  EXPECT_EQ(command->workers, 4);
  EXPECT_EQ(command->max_failed, 0.5);
  EXPECT_EQ(section.rewards[2].weight, 1.0);
  EXPECT_EQ(section.rewards[2].name, "b");
  EXPECT_TRUE(measure_accuracy({section.rewards[2]}, section.options));
}

TEST(RewardSection, CommandsArePrintedAsTheyAreRead) {
  const auto print = [](Section section) {
    return config::to_yaml([&](config::FieldVisitor& visitor) { visit_fields(visitor, section); },
                           /*with_help=*/false);
  };
  const auto yaml = print(loaded({kList}));
  EXPECT_THAT(yaml, HasSubstr("{command: \"python3 \\\"my reward.py\\\"\", timeout: 5, "
                              "start_timeout: 120, workers: 4, max_failed: 0.5, weight: 2}"));
  const auto value = yaml.substr(yaml.find('['));
  EXPECT_EQ(print(loaded({"rewards=" + value})), yaml);
}

TEST(RewardSection, AListThatIsGivenAnewForgetsItsCommands) {
  const auto section = loaded({kList, "rewards=[choice]"});
  EXPECT_TRUE(section.options.parameters.get<rewards::RewardCommands>().items.empty());
  EXPECT_EQ(section.rewards.size(), 1u);
}

TEST(RewardSection, MistakesInACommandAreTold) {
  EXPECT_THAT(error_of("rewards=[{command: a, timeot: 3}]"),
              HasSubstr("unknown key \"rewards.timeot\"; did you mean \"timeout\"?"));
  EXPECT_THAT(error_of("rewards=[{command: a, workers: 0}]"),
              HasSubstr("workers is 0, expected an integer from 1 to 256"));
  EXPECT_THAT(error_of("rewards=[{command: a, name: choice}]"),
              HasSubstr("unknown key \"rewards.name\""));
  const auto twice = loaded({"rewards=[{command: a}, {command: a}]"});
  EXPECT_THAT(problems(twice.rewards, twice.options),
              ElementsAre(HasSubstr("train.yaml:3:1: the command \"a\" is listed twice")));
  const auto open = loaded({"rewards=[{command: \"a 'b\"}]"});
  EXPECT_THAT(problems(open.rewards, open.options),
              ElementsAre(HasSubstr("the command \"a 'b\": the quote ' is not closed")));
}

}  // namespace vrlt::settings
