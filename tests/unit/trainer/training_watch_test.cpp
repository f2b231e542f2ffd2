#include "trainer/log/training_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/trainer/warm_task.h"
#include "vrlt/core/error.h"

namespace vrlt::trainer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::vector<rewards::RewardTerm> kTerms = {{"choice", 1.0}, {"format", 0.5}};

settings::TrainConfig watched_config() {
  settings::TrainConfig config;
  config.rollout = {.group_size = 2, .max_new_tokens = 8};
  return config;
}

/// A group of two responses with options, of which one is right, and the format is `format`.
std::vector<ResponseRow> group(double format, const std::string& truth = "A",
                               const std::string& labels = "AB", bool truncated = false) {
  std::vector<ResponseRow> rows;
  for (int64_t k = 0; k < 2; ++k)
    rows.push_back({.number = k,
                    .components = {static_cast<double>(k), format},
                    .truncated = truncated,
                    .truth = truth,
                    .label = std::string(1, labels[static_cast<size_t>(k)])});
  return rows;
}

std::vector<std::string> texts(const std::vector<TrainingAlarm>& alarms) {
  std::vector<std::string> all;
  for (const auto& alarm : alarms) all.push_back(alarm.text);
  return all;
}

TEST(TrainingWatch, NamesARewardThatWasTheSameForTwentySteps) {
  TrainingWatch watch(watched_config().rollout, nullptr);
  for (int64_t step = 0; step < 19; ++step)
    EXPECT_THAT(watch.look_at(step, group(0.0), kTerms), IsEmpty());
  EXPECT_THAT(texts(watch.look_at(19, group(0.0), kTerms)),
              ElementsAre(HasSubstr("step 20: reward/format was 0 in all responses of the last 20 "
                                    "steps and taught nothing")));
  EXPECT_THAT(watch.look_at(20, group(0.0), kTerms), IsEmpty()) << "once";
  EXPECT_THAT(texts(watch.summary(21)),
              ElementsAre("reward/format had been the same for 20 steps in 2 of 21 steps"));
}

TEST(TrainingWatch, AnotherValueOrAVaryingOneStartsAnew) {
  TrainingWatch watch(watched_config().rollout, nullptr);
  for (int64_t step = 0; step < 100; ++step) {
    auto rows = group(step % 15 == 14 ? 1.0 : 0.0);
    EXPECT_THAT(watch.look_at(step, rows, kTerms), IsEmpty()) << step;
  }
  for (int64_t step = 100; step < 200; ++step) {
    auto rows = group(1.0);
    if (step % 15 == 0) rows[0].components[1] = 0.0;
    EXPECT_THAT(watch.look_at(step, rows, kTerms), IsEmpty()) << step;
  }
}

// 19 steps with it, one without: the twentieth that it applies in is what counts.
TEST(TrainingWatch, StepsThatARewardDoesNotApplyInSayNothing) {
  TrainingWatch watch(watched_config().rollout, nullptr);
  for (int64_t step = 0; step < 20; ++step) {
    auto rows = group(0.0);
    if (step == 10)
      for (auto& row : rows) row.components[1] = std::nan("");
    EXPECT_THAT(watch.look_at(step, rows, kTerms), IsEmpty());
  }
  EXPECT_EQ(watch.look_at(20, group(0.0), kTerms).size(), 1U);
}

TEST(TrainingWatch, TellsTheShareOfAnswersThatAreCutOff) {
  TrainingWatch watch(watched_config().rollout, nullptr);
  auto rows = group(0.0);
  const auto more = group(1.0, "A", "AB", true);
  rows.insert(rows.end(), more.begin(), more.end());
  EXPECT_THAT(watch.look_at(0, rows, kTerms), IsEmpty()) << "a half";
  rows.insert(rows.end(), more.begin(), more.end());
  EXPECT_THAT(
      texts(watch.look_at(1, rows, kTerms)),
      ElementsAre(HasSubstr("step 2: 67 % of responses end at rollout.max_new_tokens (8)")));
}

TEST(TrainingWatch, TellsThatAllAnswersAreTheSame) {
  TrainingWatch watch(watched_config().rollout, nullptr);
  for (int64_t step = 0; step < 11; ++step)
    EXPECT_THAT(watch.look_at(step, group(step % 2, step % 2 == 0 ? "A" : "C", "BB"), kTerms),
                IsEmpty());
  EXPECT_THAT(texts(watch.look_at(11, group(0.0, "A", "BB"), kTerms)),
              ElementsAre(HasSubstr("all answers to the last 12 prompts with options are B")));
}

TEST(TrainingWatch, TheSameAnswerWhereItIsAlwaysRightIsNoAlarm) {
  TrainingWatch watch(watched_config().rollout, nullptr);
  for (int64_t step = 0; step < 40; ++step)
    for (const auto& alarm : watch.look_at(step, group(step % 2, "B", "BB"), kTerms))
      ADD_FAILURE() << alarm.text;
}

TEST(TrainingWatch, GoesOnFromACheckpoint) {
  TrainingWatch whole(watched_config().rollout, nullptr), first(watched_config().rollout, nullptr);
  for (int64_t step = 0; step < 12; ++step)
    for (auto* watch : {&whole, &first})
      watch->look_at(step, group(0.0, step % 2 == 0 ? "A" : "C", "BB", true), kTerms);
  TrainingWatch second(watched_config().rollout, io::parse_json(first.state().dump(), "state"));
  for (int64_t step = 12; step < 30; ++step)
    EXPECT_EQ(texts(second.look_at(step, group(0.0, "A", "BB", true), kTerms)),
              texts(whole.look_at(step, group(0.0, "A", "BB", true), kTerms)));
  EXPECT_EQ(texts(second.summary(30)), texts(whole.summary(30)));
  EXPECT_EQ(second.state(), whole.state());
}

TEST(TrainingWatch, AStateOfAnotherKindIsRefused) {
  for (const char* state : {"{}", "[]", "3", R"({"constants": {"format": 1}})"})
    EXPECT_THROW(TrainingWatch(watched_config().rollout, io::parse_json(state, "state")),
                 CheckpointError)
        << state;
}

std::vector<data::Sample> choices(const std::vector<int64_t>& answers) {
  std::vector<data::Sample> samples;
  for (const int64_t answer : answers)
    samples.push_back({.id = "s",
                       .task = data::Task::kMultipleChoice,
                       .options = {"a", "b", "c"},
                       .answer_option = answer});
  return samples;
}

TEST(LabelAlarms, TellThatAllTruthsAreTheSame) {
  EXPECT_THAT(texts(label_alarms(choices({2, 2, 2, 2, 2, 2}))),
              ElementsAre(HasSubstr("the right answer of all 6 mcq samples is C")));
  EXPECT_THAT(label_alarms(choices({2, 2, 2, 2, 2, 2, 1})), IsEmpty());
  EXPECT_THAT(label_alarms(choices({2, 2, 2})), IsEmpty()) << "too few to say";
  EXPECT_THAT(label_alarms(warm_task().task().samples()), IsEmpty());
}

// The warm task's format is learned, the limit of 3 tokens cuts every answer off.
TEST(Alarms, StandInTheRunFolder) {
  const test::TemporaryFolder folder;
  auto config = base_config();
  config.steps = 3;
  config.rollout.max_new_tokens = 3;
  FinishedRun run(config, folder.path());
  const auto lines = run.lines_of("alarms.jsonl");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0]["step"], 1);
  EXPECT_EQ(lines[0]["kind"], "truncated");
  EXPECT_THAT(lines[0]["text"].get<std::string>(),
              HasSubstr("step 1: 100 % of responses end at rollout.max_new_tokens (3)"));
  EXPECT_EQ(lines[1]["text"], "most responses ended at rollout.max_new_tokens (3) in 3 of 3 steps");
}

}  // namespace
}  // namespace vrlt::trainer
