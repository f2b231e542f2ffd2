// Held-out records asked while a run trains: the numbers of vrlt-eval, and no trace in the run.
#include "tests/e2e/app/small_world.h"
#include "tests/support/rank_processes.h"

namespace vrlt::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const SmallWorld& world() { return SmallWorld::get(); }

/// A short GRPO run that validates; more arguments come last and win.
std::vector<std::string> validated(const std::string& name,
                                   const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"grpo.yaml",
                                        "name=" + name,
                                        "steps=4",
                                        "micro_batch=1",
                                        "algorithm.is_correction=none",
                                        "optim.lr=0.01",
                                        "checkpoint.every=2",
                                        "checkpoint.keep=10",
                                        "validation.records=[data/test.jsonl]",
                                        "validation.every=2",
                                        "validation.batch=2",
                                        "validation.samples=2"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::vector<io::Json> validation_lines(const std::string& name) {
  std::vector<io::Json> lines;
  for (const auto& line : lines_of(world().run_folder(name) / "metrics.jsonl"))
    if (line.contains("validation/score")) lines.push_back(line);
  return lines;
}

/// The run that the tests compare with; once.
class Validation : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto result = world().run("vrlt-train", validated("validated"));
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("validation after step 2: "));
    EXPECT_THAT(result.err, HasSubstr("the best validation is "));
  }
};

TEST_F(Validation, HasTheScoresOfASeparateEvaluationToTheDigit) {
  const auto lines = validation_lines("validated");
  ASSERT_EQ(lines.size(), 3U);  // before, after steps 2 and 4
  const std::vector<std::string> models = {"warm", "runs/validated/checkpoints/step-000002/model",
                                           "runs/validated/checkpoints/step-000004/model"};
  int64_t compared = 0;
  for (size_t i = 0; i < models.size(); ++i) {
    const auto name = "validated-" + std::to_string(i);
    const auto result = world().run(
        "vrlt-eval", {"eval.yaml", "name=" + name, "model.path=" + models[i],
                      "data.records=[data/test.jsonl]", "batch=2", "allow_partial=true"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    for (const auto& task : fs::directory_iterator(world().run_folder(name))) {
      if (!fs::exists(task.path() / "results.json")) continue;
      const auto results = io::read_json(task.path() / "results.json");
      for (const auto& [metric, value] : results.at("metrics").items()) {
        const auto key = "validation/" + task.path().filename().string() + "/" + metric;
        ASSERT_TRUE(lines[i].contains(key)) << key;
        EXPECT_EQ(lines[i][key], value.at("unanswered_as_zero").at("value")) << key;
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 20);
}

TEST_F(Validation, LeavesNoTraceInTheTraining) {
  const auto result = world().run(
      "vrlt-train", validated("unvalidated", {"validation.records=[]", "validation.every=50",
                                              "validation.batch=16", "validation.samples=4"}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto weights = "checkpoints/step-000004/model/model.safetensors";
  expect_same_file(world().run_folder("unvalidated") / weights,
                   world().run_folder("validated") / weights);
  std::vector<io::Json> steps;
  for (const auto& line : lines_of(world().run_folder("validated") / "metrics.jsonl"))
    if (!line.contains("validation/score")) steps.push_back(line);
  EXPECT_EQ(steps, lines_of(world().run_folder("unvalidated") / "metrics.jsonl"));
}

TEST_F(Validation, IsTheSameOnTwoRanks) {
  RankProcesses ranks(2, world().options());
  for (const auto& result :
       ranks.start_all(SmallWorld::program("vrlt-train"), validated("validated-by-two")).wait())
    ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(validation_lines("validated-by-two"), validation_lines("validated"));
  expect_same_file(world().run_folder("validated") / "validations.jsonl",
                   world().run_folder("validated-by-two") / "validations.jsonl");
}

TEST_F(Validation, GoesOnAsIfItHadNotBeenStopped) {
  for (const char* steps : {"steps=2", "steps=4"}) {
    const auto result = world().run("vrlt-train", validated("validated-again", {steps}));
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }
  for (const char* file : {"metrics.jsonl", "validations.jsonl"})
    expect_same_file(world().run_folder("validated") / file,
                     world().run_folder("validated-again") / file);
}

TEST_F(Validation, OfSupervisedTrainingAndWithoutLooking) {
  const auto result =
      world().run("vrlt-train", {"sft.yaml", "name=validated-sft", "steps=2", "validation.every=1",
                                 "validation.records=[data/test.jsonl]", "validation.blind=true",
                                 "validation.shuffled=true", "validation.max_new_tokens=24"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto lines = validation_lines("validated-sft");
  ASSERT_EQ(lines.size(), 3U);
  for (const char* key : {"validation/blind", "validation/over_blind_low", "validation/shuffled"})
    EXPECT_TRUE(lines.back().contains(key)) << key;
}

TEST_F(Validation, SaysWhatIsWrongBeforeItBegins) {
  const auto useless =
      world().run("vrlt-train", {"grpo.yaml", "name=no", "validation.stop_after=2"});
  EXPECT_EQ(useless.exit_code, 2);
  EXPECT_THAT(useless.err, HasSubstr("no effect without validation.records"));
  const auto missing =
      world().run("vrlt-train", {"grpo.yaml", "name=no", "validation.records=[nowhere.jsonl]"});
  EXPECT_EQ(missing.exit_code, 66);
  EXPECT_THAT(missing.err, HasSubstr("nowhere.jsonl"));
  const auto foreign = world().run("vrlt-train", {"grpo.yaml", "name=no", "trainer.test_freq=5"});
  EXPECT_EQ(foreign.exit_code, 2);
  EXPECT_THAT(foreign.err, HasSubstr("validation.every"));
}

}  // namespace
}  // namespace vrlt::test
