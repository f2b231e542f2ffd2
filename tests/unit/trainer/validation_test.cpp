// What a run makes of its validations. What they find is given here by the test; that they find
// what vrlt-eval does is for tests/e2e/app/validation_test.cpp.
#include <ATen/ops/equal.h>
#include <gmock/gmock.h>

#include "tests/support/thread_ranks.h"
#include "tests/unit/trainer/warm_task.h"
#include "trainer/validation_state.h"
#include "vrlt/checkpoint/checkpoint.h"
#include "vrlt/core/error.h"

namespace vrlt::trainer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Twenty samples, each on a video of its own, of which the first so many are right.
Validated right(int64_t count) {
  Validated validated;
  for (int64_t i = 0; i < 20; ++i) {
    validated.scores.push_back(i < count ? 1.0 : 0.0);
    validated.clusters.push_back(concat("video", i));
  }
  validated.answers = {{{"id", "a"}, {"text", concat(count, " are right")}}};
  return validated;
}

/// What the validations of a run find, one after the other.
class Script {
 public:
  explicit Script(std::vector<int64_t> counts) : counts_(std::move(counts)) {}
  Validate validate() {
    return [this] { return right(counts_.at(next_++)); };
  }
  size_t calls() const { return next_; }

 private:
  std::vector<int64_t> counts_;
  size_t next_ = 0;
};

settings::TrainConfig validated_config(int64_t steps, const char* trainer = "sft") {
  auto config = base_config();
  config.trainer = trainer;
  config.steps = steps;
  config.validation.records = {"held_out.jsonl"};
  config.validation.every = 1;
  config.checkpoint.keep = 1;
  return config;
}

class ValidatedRun : public ::testing::Test {
 protected:
  FinishedRun run(const settings::TrainConfig& config, Script& script) {
    return FinishedRun(config, folder_.path(), warm_task().warm_folder(), false,
                       distributed::single_process(), false, script.validate());
  }
  std::vector<int64_t> checkpoints() const {
    std::vector<int64_t> steps;
    for (const auto& checkpoint : checkpoint::list_checkpoints(folder_.path()))
      steps.push_back(checkpoint.step);
    return steps;
  }
  std::string best_link() const {
    std::error_code error;
    return fs::read_symlink(folder_.path() / "checkpoints/best", error).string();
  }
  std::vector<io::Json> validations() const {
    std::vector<io::Json> lines;
    for (const auto& line : test::lines_of(folder_.path() / "metrics.jsonl"))
      if (line.contains("validation/score")) lines.push_back(line);
    return lines;
  }

  test::TemporaryFolder folder_;
};

TEST_F(ValidatedRun, KeepsTheCheckpointOfTheBestValidation) {
  Script script({2, 10, 18, 4, 3});  // before, then after each step
  run(validated_config(4), script);
  EXPECT_EQ(script.calls(), 5U);
  EXPECT_THAT(checkpoints(), ElementsAre(4, 2)) << "the last, and the best";
  EXPECT_EQ(best_link(), "step-000002");
  const auto lines = validations();
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_EQ(lines[0]["step"], 0);
  EXPECT_EQ(lines[2]["validation/score"], 0.9);  // 18 of 20
  EXPECT_EQ(lines[2]["validation/gain"], 0.4);   // from 10 of 20
  EXPECT_EQ(lines[4]["validation/best_step"], 2);
  EXPECT_EQ(lines[4]["validation/best_score"], 0.9);
  EXPECT_LT(lines[4]["validation/gain_high"], 0.0) << "3 of 20 is surely less than 18";
}

TEST_F(ValidatedRun, KeepsNoCheckpointWhereTheModelWasBestBeforeTheRun) {
  Script script({18, 10, 2});
  run(validated_config(2), script);
  EXPECT_THAT(checkpoints(), ElementsAre(2));
  EXPECT_EQ(best_link(), "");
}

TEST_F(ValidatedRun, EndsWhereNothingSurelyImproves) {
  auto config = validated_config(6);
  config.validation.stop_after = 2;
  Script script({2, 12, 11, 13, 1});  // 12, 11 and 13 cannot be told apart
  run(config, script);
  EXPECT_EQ(script.calls(), 4U) << "before, and after steps 1, 2 and 3";
  EXPECT_THAT(checkpoints(), ElementsAre(3)) << "13 is the best, if not surely";
  const auto lines = test::lines_of(folder_.path() / "metrics.jsonl");

  Script none({});
  run(config, none);
  EXPECT_EQ(test::lines_of(folder_.path() / "metrics.jsonl"), lines) << "it stays ended";

  config.validation.stop_after = 0;
  Script rest({1, 1, 1});
  run(config, rest);
  EXPECT_EQ(rest.calls(), 3U) << "until it is told to go on";
}

// One more of twenty is never sure: a resampling without that sample has a difference of 0. Against
// where the climb began, five more are.
TEST_F(ValidatedRun, AClimbInSmallStepsGoesOn) {
  auto config = validated_config(11);
  config.validation.stop_after = 6;
  Script script({2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13});
  run(config, script);
  EXPECT_EQ(script.calls(), 12U);
  EXPECT_EQ(best_link(), "step-000011");
}

TEST_F(ValidatedRun, RunsToTheSameLinesWhenItIsGoneOnWith) {
  const std::vector<int64_t> counts = {2, 10, 18, 4, 3};
  for (const char* trainer : {"sft", "grpo"}) {
    const test::TemporaryFolder whole, parts;
    const auto go = [&](int64_t steps, const fs::path& folder, size_t first) {
      Script script({counts.begin() + static_cast<ptrdiff_t>(first), counts.end()});
      FinishedRun(validated_config(steps, trainer), folder, warm_task().warm_folder(), false,
                  distributed::single_process(), false, script.validate());
    };
    go(4, whole.path(), 0);
    go(2, parts.path(), 0);
    go(4, parts.path(), 3);
    for (const char* file :
         {"metrics.jsonl", "validations.jsonl", "checkpoints/step-000004/state.json"})
      EXPECT_EQ(io::read_file(parts.path() / file, 1 << 24),
                io::read_file(whole.path() / file, 1 << 24))
          << trainer << " " << file;
  }
}

// A stop that cuts a validation off leaves it to the next start, which may be killed before it
// saves anything: the lines are the same in the end.
TEST_F(ValidatedRun, APendingValidationIsMadeUpForOnce) {
  Script first({2, 10, 18});
  run(validated_config(2), first);
  const auto file = folder_.path() / "checkpoints/step-000002";
  const auto lines = test::lines_of(folder_.path() / "metrics.jsonl"),
             answers = test::lines_of(folder_.path() / "validations.jsonl");
  auto state = io::read_json(file / "state.json");
  // as the stop would have left it: the best is that of step 1
  state["trainer"]["validation"]["pending"] = 1;
  state["trainer"]["validation"]["best"] = {{"step", 1}, {"scores", right(10).scores}};
  const auto text = state.dump(2) + "\n";
  io::write_file_atomic(file / "state.json", text);
  auto manifest = io::read_json(file / "manifest.json");
  for (auto& entry : manifest["files"])
    if (entry["path"] == "state.json") {
      entry["bytes"] = text.size();
      entry["sha256"] = io::sha256(text);
    }
  io::write_file_atomic(file / "manifest.json", manifest.dump());
  Script again({18, 3});
  run(validated_config(3), again);
  EXPECT_EQ(again.calls(), 2U);
  const auto after = test::lines_of(folder_.path() / "metrics.jsonl");
  ASSERT_EQ(after.size(), lines.size() + 2);  // step 3 and its validation
  EXPECT_TRUE(std::equal(lines.begin(), lines.end(), after.begin()));
  EXPECT_EQ(test::lines_of(folder_.path() / "validations.jsonl").size(), answers.size() + 1);
  EXPECT_EQ(best_link(), "step-000002");
}

TEST_F(ValidatedRun, SaysThatRewardAndTaskPart) {
  Script script({18, 18, 2, 2});
  run(validated_config(3, "grpo"), script);
  // The reward of so short a run may go either way: what is told follows from it.
  const auto lines = test::lines_of(folder_.path() / "metrics.jsonl");
  std::vector<double> rewards;
  for (const auto& line : lines)
    if (line.contains("reward/total")) rewards.push_back(line["reward/total"].get<double>());
  bool told = false;
  for (const auto& line : test::lines_of(folder_.path() / "alarms.jsonl"))
    told = told || line["kind"] == "validation/reward";
  // The best is the model before the run, whose reward is that of the first step.
  EXPECT_EQ(told, rewards.at(1) > rewards.at(0) || rewards.at(2) > rewards.at(0));
}

TEST_F(ValidatedRun, SaysThatTheModelDoesNotLook) {
  const auto config = validated_config(1);
  const auto validate = [] {
    auto validated = right(10);
    validated.blind = right(10).scores;
    validated.shuffled = right(2).scores;
    return validated;
  };
  FinishedRun(config, folder_.path(), warm_task().warm_folder(), false,
              distributed::single_process(), false, validate);
  const auto line = validations().back();
  EXPECT_EQ(line["validation/blind"], 0.5);
  EXPECT_EQ(line["validation/over_blind"], 0.0);
  EXPECT_EQ(line["validation/shuffled"], 0.1);
  EXPECT_GT(line["validation/over_shuffled_low"], 0.0);
  const auto alarms = test::lines_of(folder_.path() / "alarms.jsonl");
  ASSERT_EQ(alarms.size(), 1U);
  EXPECT_THAT(alarms[0]["text"].get<std::string>(), HasSubstr("answers without looking"));
}

TEST(ValidationState, OfACheckpointIsReadOrNamed) {
  EXPECT_FALSE(validation_state(io::Json::object()).best);
  ValidationState state{.best = ValidationState::Kept{.step = 2, .scores = {0.5, 1.0}}};
  state.told.insert("validation/reward");
  const io::Json all = {{"validation", to_json(state)}};
  EXPECT_EQ(to_json(validation_state(all)), to_json(state));
  for (const auto& [key, value] : std::vector<std::pair<const char*, io::Json>>{
           {"since_anchor", "x"}, {"best", {{"step", 2}}}, {"pending", nullptr}}) {
    auto broken = all;
    broken["validation"][key] = value;
    EXPECT_THROW(validation_state(broken), DataError) << key;
  }
}

}  // namespace
}  // namespace vrlt::trainer
