// Rewards by programs: tests/support/odd_reward.py does what it is told, well or badly.
#include "vrlt/rewards/reward_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "tests/support/test_folders.h"
#include "vrlt/core/error.h"
#include "vrlt/rewards/reward_function.h"
#include "vrlt/rewards/reward_metrics.h"

namespace vrlt::rewards {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string line_of(const std::string& how) {
  return "python3 '" + (test::tests_dir() / "support/odd_reward.py").string() + "' " + how;
}

RewardCommand command(const std::string& how) {
  return {.command = line_of(how), .timeout = 20, .max_failed = 1};
}

RewardOptions options_with(const RewardCommand& command) {
  return {.parameters = parameters_with(RewardCommands{{command}})};
}

RewardFunction function_of(const RewardCommand& command) {
  return RewardFunction({{command.command, 2.0}}, options_with(command));
}

/// Multiple choice, the right option is B.
data::Sample sample(const std::string& id) {
  data::Sample sample{.id = id, .options = {"x", "y"}, .answer_option = 1};
  sample.record = {{"id", id}, {"task", "mcq"}, {"answer", 1}, {"mine", "a key of my own"}};
  return sample;
}

using Group = std::vector<std::string>;

/// A group of each list of texts.
class Batch {
 public:
  explicit Batch(const std::vector<Group>& texts) {
    samples_.reserve(texts.size());
    for (size_t i = 0; i < texts.size(); ++i) {
      samples_.push_back(sample("s" + std::to_string(i)));
      groups.emplace_back();
      for (const auto& text : texts[i])
        groups.back().responses.push_back(
            {.sample = samples_[i], .text = text, .num_tokens = static_cast<int64_t>(text.size())});
    }
  }
  std::vector<ResponseGroup> groups;

 private:
  std::vector<data::Sample> samples_;
};

std::vector<double> totals(const GroupScores& scores) {
  std::vector<double> totals;
  for (const auto& response : scores.responses) totals.push_back(response.total);
  return totals;
}

/// "reason" or, of what has a value, "ok VALUE".
std::vector<std::string> outcomes(const GroupScores& scores) {
  std::vector<std::string> outcomes;
  for (const auto& response : scores.responses) {
    const auto& output = response.components.at(0);
    outcomes.push_back(output.reason == "ok" ? concat("ok ", output.value) : output.reason.word);
  }
  return outcomes;
}

template <typename ErrorType>
std::string error_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const ErrorType& error) {
    return error.what();
  }
  return "no such error";
}

/// What a batch with one odd response gives, and the group before and after it.
void expect_outcomes(const std::string& how, const std::vector<std::string>& of_odd_group) {
  const auto reward = function_of(command(how));
  const Batch batch({{"B", "A"}, {"odd B", "B"}, {"A", "B"}});
  const auto scores = reward.score(batch.groups);
  EXPECT_THAT(outcomes(scores[0]), ElementsAre("ok 1", "ok 0")) << how;
  EXPECT_EQ(outcomes(scores[1]), of_odd_group) << how;
  EXPECT_THAT(outcomes(scores[2]), ElementsAre("ok 0", "ok 1")) << how;
}

}  // namespace

TEST(RewardCommand, ScoresWholeGroupsByTheRecord) {
  const auto reward = function_of(command("well"));
  EXPECT_EQ(reward.terms()[0].name, "letter") << "as it calls itself";
  EXPECT_TRUE(reward.entry(0).accuracy);
  EXPECT_FALSE(reward.entry(0).continuous);
  const Batch batch({{"B", "A", "AB"}, {}, {"A"}});
  const auto scores = reward.score(batch.groups);
  EXPECT_THAT(totals(scores[0]), ElementsAre(2.0, 0.0, 2.0));  // the weight is 2
  EXPECT_TRUE(scores[1].responses.empty());
  EXPECT_THAT(totals(scores[2]), ElementsAre(0.0));
  const auto& output = scores[0].responses[2].components[0];
  EXPECT_EQ(output.read, "stop");
  metrics::MetricSet metrics;
  record_reward_metrics(batch.groups[0].responses[0].sample, reward.terms(), scores[0].responses,
                        metrics);
  EXPECT_DOUBLE_EQ(metrics.value("reward/letter", -1), 2.0 / 3);
  EXPECT_DOUBLE_EQ(metrics.value("reward/letter/tokens", -1), 4.0 / 3);  // 1, 1 and 2
  EXPECT_EQ(metrics.value("reward/letter/failed", -1), 0);
}

// The worker of the first group answers last.
TEST(RewardCommand, AnswersStandByResponseAndNotByArrival) {
  auto several = command("slow_first");
  several.workers = 3;
  std::vector<Group> texts = {{"B", "A"}};
  for (int i = 0; i < 10; ++i) texts.push_back({i % 2 == 0 ? "A" : "B", "B"});
  const auto reward = function_of(several);
  const Batch batch(texts);
  const auto scores = reward.score(batch.groups);
  EXPECT_THAT(totals(scores[0]), ElementsAre(2.0, 0.0));
  for (size_t i = 1; i < scores.size(); ++i)
    EXPECT_THAT(totals(scores[i]), ElementsAre(i % 2 == 1 ? 0.0 : 2.0, 2.0)) << i;
}

TEST(RewardCommand, AnEndOfTheProcessCostsItsGroupAlone) {
  expect_outcomes("crashes", {"command_crash", "command_crash"});
  expect_outcomes("killed", {"command_crash", "command_crash"});
  expect_outcomes("floods", {"command_flood", "command_flood"});
}

TEST(RewardCommand, AnAnswerThatIsNoneCostsItsGroup) {
  expect_outcomes("prints", {"command_answer", "command_answer"});
  expect_outcomes("few", {"command_answer", "command_answer"});
}

TEST(RewardCommand, AWrongValueCostsItsResponse) {
  for (const char* how : {"nan", "infinite", "range", "text"})
    expect_outcomes(how, {"command_value", "ok 1"});
}

TEST(RewardCommand, FloodsOfStandardErrorAreRead) { expect_outcomes("stderr", {"ok 1", "ok 1"}); }

TEST(RewardCommand, AHangEndsAtTheDeadline) {
  auto hanging = command("hangs");
  hanging.timeout = 2;
  const auto reward = function_of(hanging);
  const Batch batch({{"odd"}, {"B"}});
  testing::internal::CaptureStderr();
  const auto scores = reward.score(batch.groups);
  const auto said = testing::internal::GetCapturedStderr();
  EXPECT_THAT(outcomes(scores[0]), ElementsAre("command_timeout"));
  EXPECT_THAT(said, AllOf(HasSubstr("reward letter: no value for command_timeout 1 (1 of 2 "
                                    "responses so far); the last: s0: no answer within 2 s"),
                          HasSubstr("\n  waiting for the judge")))
      << said;
}

TEST(RewardCommand, SaysThatItDoesNotApplyAndWordsOfItsOwn) {
  const Batch batch({Group{"odd", "B"}});
  const auto none = function_of(command("none")).score(batch.groups);
  EXPECT_FALSE(none[0].responses[0].scorable);
  EXPECT_TRUE(none[0].responses[1].scorable);
  const auto word = function_of(command("word")).score(batch.groups);
  const auto& output = word[0].responses[0].components[0];
  EXPECT_EQ(output.reason, "vague");
  EXPECT_EQ(output.value, 0.5);
  EXPECT_FALSE(is_parse_failure(output.reason)) << "nothing is concluded from a word";
}

// 5 of 1,000 may fail: the third group of two is one too many.
TEST(RewardCommand, TooManyFailuresStopTheRun) {
  auto crashing = command("crashes");
  crashing.max_failed = 0.005;
  const auto reward = function_of(crashing);
  const Batch first({{"odd", "B"}, {"odd", "B"}}), more({Group{"odd", "B"}});
  EXPECT_NO_THROW(reward.score(first.groups));
  EXPECT_THAT(error_of<DataError>([&] { reward.score(more.groups); }),
              AllOf(HasSubstr("reward letter: 6 of 6 responses got no value, more than max_failed "
                              "(0.005) allows (command_crash 2 in this batch); the last: s0: ended "
                              "with exit code 1; the last that it wrote to standard error:"),
                    HasSubstr("KeyError: 'verdict'")));
}

TEST(RewardCommand, WhatDoesNotStartIsAnErrorOfTheConfig) {
  EXPECT_THAT(error_of<ConfigError>([] { function_of(command("dies")); }),
              AllOf(HasSubstr(" does not start: ended with exit code 1; the last that it wrote"),
                    HasSubstr("\n  no module named judge")));
  EXPECT_THAT(error_of<ConfigError>([] { function_of(command("gibberish")); }),
              HasSubstr("said \"Loading the model ..\", expected its greeting, such as "
                        "{\"vrlt_reward\": 1,"));
  EXPECT_THAT(error_of<ConfigError>([] { function_of(command("version")); }),
              HasSubstr("speaks version 2 of the protocol, expected 1"));
  EXPECT_THAT(error_of<ConfigError>([] { function_of(command("name")); }),
              HasSubstr("calls itself choice, as something of ours"));
  auto silent = command("silent");
  silent.start_timeout = 0.2;
  EXPECT_THAT(error_of<ConfigError>([&] { function_of(silent); }),
              HasSubstr("does not start: no answer within 0.2 s; it wrote nothing"));
  EXPECT_THAT(
      error_of<MissingInputError>([] { function_of({.command = "no-such-program-of-vrlt x"}); }),
      StartsWith("\"no-such-program-of-vrlt\" cannot be run"));
}

TEST(RewardCommand, WhatStartsNoMoreEndsTheRun) {
  const test::TemporaryFolder folder;
  const auto reward =
      function_of(command("once odd '" + (folder.path() / "started").string() + "'"));
  const Batch batch({{"odd"}, {"B"}});
  EXPECT_THAT(error_of<ConfigError>([&] { reward.score(batch.groups); }),
              AllOf(HasSubstr("does not start: ended with exit code 1"),
                    HasSubstr("the licence allows one start")));
}

TEST(RewardCommand, IsGreetedToKnowWhatItReads) {
  auto options = options_with(command("tasks"));
  EXPECT_TRUE(options.parameters.get<RewardCommands>().items[0].reads(data::Task::kMultipleChoice))
      << "who was not asked may read anything";
  greet(options);
  const auto& greeted = options.parameters.get<RewardCommands>().items[0];
  EXPECT_EQ(greeted.name(), "letter");
  EXPECT_TRUE(greeted.reads(data::Task::kTemporalGrounding));
  EXPECT_FALSE(greeted.reads(data::Task::kMultipleChoice));
}

TEST(RewardCommand, ItsFilesAreTheWordsThatAreFiles) {
  const auto files = files_of(command("well"));
  EXPECT_THAT(files, ElementsAre(test::tests_dir() / "support/odd_reward.py"));
}

TEST(RewardCommand, AFailureReadBackFromAFileIsNoFailureToReadTheAnswer) {
  EXPECT_FALSE(is_parse_failure(find_reason("command_crash")));
  EXPECT_EQ(find_reason("command_crash"), "command_crash");
}

}  // namespace vrlt::rewards
