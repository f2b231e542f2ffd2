// Rewards that a program of the user's computes, in every program that pays rewards.
#include "tests/e2e/app/small_world.h"

namespace vrlt::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const SmallWorld& world() { return SmallWorld::get(); }

/// The file that docs/rewards.md tells to copy, with a reward of ten lines: that of the row
/// choice_videor1.
std::string twin_of_choice_videor1() {
  const auto file = tests_dir().parent_path() / "scripts/rewards/template.py";
  auto text = text_of(file);
  const auto begin = text.find("def reward("), end = text.find("\n\n\n", begin);
  text.replace(begin, end - begin,
               "import re\n\n\n"
               "def reward(completion, record):\n"
               "    if record['task'] not in ('mcq', 'gqa'):\n"
               "        return None\n"
               "    block = re.search('<answer>(.*?)</answer>', completion, re.DOTALL)\n"
               "    if block is None:\n"
               "        return 0.0\n"
               "    right = 'ABCDEFGH'[record['answer']]\n"
               "    return 1.0 if block.group(1).strip() == right else 0.0");
  return text;
}

std::string odd(const std::string& how) {
  return "python3 '" + (tests_dir() / "support/odd_reward.py").string() + "' " + how;
}

std::string with_command(const std::string& command, const std::string& keys = "") {
  return "rewards=[{command: \"" + command + "\", weight: 1.0" + keys +
         "}, {name: temporal_iou, weight: 1.0}]";
}

std::string weights_after(const std::string& run) {
  return io::sha256_file(world().run_folder(run) /
                         "checkpoints/step-000003/model/model.safetensors");
}

}  // namespace

TEST(RewardByCommand, TrainsToTheWeightsOfItsBuiltInTwin) {
  world().write("twin.py", twin_of_choice_videor1());
  const auto train = [](const std::string& name, const std::string& rewards) {
    const auto result =
        world().run("vrlt-train", {"grpo.yaml", "name=" + name, "steps=3", "prompts_per_step=18",
                                   "rollout.group_size=6", "checkpoint.every=3", rewards});
    ASSERT_EQ(result.exit_code, 0) << result.err;
  };
  train("built-in", "rewards=[choice_videor1, temporal_iou]");
  train("by-command", with_command("python3 twin.py"));
  train("by-commands", with_command("python3 twin.py", ", workers: 3"));
  EXPECT_EQ(weights_after("by-command"), weights_after("built-in"));
  EXPECT_EQ(weights_after("by-commands"), weights_after("built-in"));

  double paid = 0;
  const auto expected = lines_of(world().run_folder("built-in") / "metrics.jsonl"),
             lines = lines_of(world().run_folder("by-command") / "metrics.jsonl");
  ASSERT_EQ(lines.size(), 3u);
  for (size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i].value("reward/my_reward", -1.0),
              expected[i].value("reward/choice_videor1", -1.0));
    paid += lines[i].value("reward/my_reward", 0.0);
    EXPECT_EQ(lines[i].value("reward/my_reward/failed", -1.0), 0.0);
  }
  EXPECT_GT(paid, 0.0) << "a twin of nothing proves nothing";

  const auto inputs = text_of(world().run_folder("by-command") / "inputs.json");
  EXPECT_THAT(inputs, HasSubstr(io::sha256_file(world().folder() / "twin.py")));
  EXPECT_THAT(text_of(world().run_folder("by-command") / "config.yaml"),
              HasSubstr("{command: \"python3 twin.py\", timeout: 30,"));

  world().write("twin.py", twin_of_choice_videor1() + "# changed\n");
  const auto changed =
      world().run("vrlt-train", {"grpo.yaml", "name=by-command", "steps=4", "prompts_per_step=18",
                                 "rollout.group_size=6", "checkpoint.every=3",
                                 with_command("python3 twin.py")});
  EXPECT_EQ(changed.exit_code, 2);
  EXPECT_THAT(changed.err, HasSubstr("twin.py"));
}

TEST(RewardByCommand, WhatDoesNotStartEndsTheRunBeforeItsFirstStep) {
  const auto result =
      world().run("vrlt-train", {"grpo.yaml", "name=dies", with_command(odd("dies"))});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, AllOf(HasSubstr(" does not start: ended with exit code 1; the last that "
                                          "it wrote to standard error:\n  no module named judge"),
                                Not(HasSubstr("step 1"))));
  EXPECT_FALSE(std::filesystem::exists(world().run_folder("dies") / "metrics.jsonl"));
}

TEST(RewardByCommand, ThatReadsNoSampleIsToldBeforeTheFirstStep) {
  const auto alone = "rewards=[{command: \"" + odd("tasks") + "\"}]";  // of grounding alone
  const auto records = lines_of(world().folder() / "data/train.jsonl");
  std::string of_choice;
  for (const auto& record : records)
    if (record["task"] == "mcq") of_choice += io::to_line(record) + "\n";
  world().write("choice.jsonl", of_choice);
  const auto result =
      world().run("vrlt-train", {"grpo.yaml", "name=unread", "data.records=[choice.jsonl]", alone});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, AllOf(HasSubstr("rewards: [letter] scores no sample of these records: mcq"),
                                HasSubstr("; add choice")));
}

// A group is lost to it, and the run goes on.
TEST(RewardByCommand, ACrashInTrainingIsCountedAndTold) {
  const auto result =
      world().run("vrlt-train", {"grpo.yaml", "name=crashes", "steps=1", "prompts_per_step=3",
                                 with_command(odd("crashes answer"), ", max_failed: 1")});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, AllOf(HasSubstr("reward letter: no value for command_crash "),
                                HasSubstr("the last: synth/"), HasSubstr("KeyError: 'verdict'")));
  const auto line = lines_of(world().run_folder("crashes") / "metrics.jsonl").at(0);
  EXPECT_GT(line["reward/letter/failed"].get<double>(), 0.0);
}

TEST(RewardByCommand, SelectsAsItsBuiltInTwin) {
  world().write("twin.py", twin_of_choice_videor1());
  const auto select = [](const std::string& name, const std::string& rewards) {
    const auto result = world().run("vrlt-select", {"select.yaml", "name=" + name, rewards});
    ASSERT_EQ(result.exit_code, 0) << result.err;
  };
  select("select-built-in", "rewards=[choice_videor1, temporal_iou]");
  select("select-by-command", with_command("python3 twin.py"));
  for (const auto& run : {"select-built-in", "select-by-command"})
    EXPECT_GT(count_lines(world().run_folder(run) / "statistics.jsonl"), 0);
  const auto a = lines_of(world().run_folder("select-built-in") / "rollouts.jsonl"),
             b = lines_of(world().run_folder("select-by-command") / "rollouts.jsonl");
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i)
    for (size_t k = 0; k < a[i]["responses"].size(); ++k)
      EXPECT_EQ(a[i]["responses"][k]["accuracy"], b[i]["responses"][k]["accuracy"]) << a[i]["id"];
  // Choosing again needs no program.
  std::filesystem::rename(world().folder() / "twin.py", world().folder() / "gone.py");
  const auto again = world().run(
      "vrlt-select", {"select.yaml", "name=select-by-command", with_command("python3 twin.py")});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  std::filesystem::rename(world().folder() / "gone.py", world().folder() / "twin.py");
}

TEST(RewardByCommand, IsLookedAtWithVrltScore) {
  world().write("cr.jsonl",
                "{\"schema\": \"vs/1\", \"id\": \"q\", \"task\": \"mcq\", \"video\": \"v.mp4\", "
                "\"question\": \"q\", \"options\": [\"x\", \"y\"], \"answer\": 1}\n");
  world().write("cc.jsonl",
                "{\"id\": \"q\", \"completion\": \"B\", \"num_tokens\": 7, \"expected\": "
                "{\"letter\": 1}}\n"
                "{\"id\": \"q\", \"completion\": \"odd\", \"expected\": 0.5}\n");
  const std::vector<std::string> command = {"cc.jsonl", "--records",     "cr.jsonl",   "--rewards",
                                            "choice",   "--command",     odd("range"), "--explain",
                                            "--junit",  "by-command.xml"};
  const auto result = world().run("vrlt-score", command);
  EXPECT_EQ(result.exit_code, 1) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("letter                    1.000   x 1  read \"stop\"  "
                                          "failed 0.000  tokens 7.000\n"),
                                HasSubstr("letter                    0.000   x 1  command_value  "
                                          "failed 1.000\n")));
  EXPECT_THAT(result.err, HasSubstr("the value 1.5 is not from 0 to 1, as its greeting says"));
  EXPECT_THAT(text_of(world().folder() / "by-command.xml"),
              AllOf(HasSubstr("tests=\"2\" failures=\"1\""), HasSubstr("command_value")));
}

// What vrlt-eval stored is scored as it scored it: one grammar reads for both.
TEST(RewardByCommand, AnswersOfAnEvaluationAreScoredAsTheyAre) {
  world().write("twin.py", twin_of_choice_videor1());
  const auto eval = world().run("vrlt-eval", {"eval.yaml", "name=judged"});
  ASSERT_EQ(eval.exit_code, 0) << eval.err;
  const auto folder = world().run_folder("judged") / "mcq";
  const auto result = world().run(
      "vrlt-score", {(folder / "samples.jsonl").string(), "--records", "data/train.jsonl",
                     "--rewards", "choice", "--command", "python3 twin.py"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  double sum = 0;
  int64_t count = 0;
  for (const auto& line : lines_of(folder / "samples.jsonl")) {
    sum += line["strict"]["score"]["accuracy"].get<double>();
    ++count;
  }
  char mean[64];
  std::snprintf(mean, sizeof mean, "%-25s %.6f\n", "choice", sum / static_cast<double>(count));
  EXPECT_THAT(result.err, AllOf(HasSubstr(mean), HasSubstr("my_reward")));

  world().write("failed.jsonl", "{\"id\": \"q\", \"err\": \"no such video\", \"text\": \"\"}\n");
  const auto failed = world().run("vrlt-score", {"failed.jsonl", "--records", "data/train.jsonl",
                                                 "--command", "python3 twin.py"});
  EXPECT_EQ(failed.exit_code, 65);
  EXPECT_THAT(failed.err, HasSubstr("failed.jsonl:1: \"q\" has no answer: no such video"));
}

// The commands of docs/rewards.md, in its order.
TEST(RewardByCommand, TheExampleOfTheDocumentRuns) {
  const auto root = tests_dir().parent_path();
  world().write("my_reward.py", text_of(root / "scripts/rewards/template.py"));
  world().write("example.jsonl", text_of(root / "docs/examples/open_answers.jsonl"));
  const auto result = world().run(
      "vrlt-score", {"--command", "python3 my_reward.py", "--explain", "example.jsonl"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("my_reward                 1.000"),
                                HasSubstr("my_reward                 0.000")));
}

}  // namespace vrlt::test
