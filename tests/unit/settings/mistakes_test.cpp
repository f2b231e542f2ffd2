// What people write in configs of ours: names that are no folder, keys of other projects, numbers
// beyond reason.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/foreign_keys.h"
#include "settings/run_name.h"
#include "tests/support/temporary_folder.h"
#include "vrlt/config/known_keys.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/settings/eval_config.h"
#include "vrlt/settings/train_config.h"

namespace vrlt::settings {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kSound =
    "name: test\nmodel: {path: model}\ndata: {records: [a.jsonl], root: .}\n";

/// The message of a config of vrlt-train with something more in it; empty if it is sound.
std::string train_error(const std::string& more, const std::vector<std::string>& overrides = {}) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "c.yaml";
  io::write_file_atomic(path, kSound + more);
  try {
    load_train_config(path, overrides);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

std::string eval_error(const std::vector<std::string>& overrides) {
  const test::TemporaryFolder folder;
  io::write_file_atomic(folder.path() / "c.yaml", kSound);
  try {
    load_eval_config(folder.path() / "c.yaml", overrides);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(RunName, IsOnePlainFolderName) {
  for (const std::string name : {"run-1", "no: #1 \"q\" \\ é", "...", ".hidden", "a b"})
    EXPECT_THAT(check_run_name(name, {}), IsEmpty()) << name;
  for (const std::string& name :
       {std::string("../evil"), std::string("."), std::string(".."), std::string("/tmp/x"),
        std::string("a/b"), std::string("a/"), std::string("x\0y", 3), std::string("x\ny"),
        std::string("\x7F"), std::string(201, 'n')})
    EXPECT_EQ(check_run_name(name, {}).size(), 1u) << name;
}

TEST(RunName, OfAnEvaluationMayLieInTheFolderOfItsSuite) {
  EXPECT_THAT(check_run_name("suite/charades", {}, 2), IsEmpty());
  for (const char* name : {"../charades", "suite/..", "a/b/c", "/charades", "suite/"})
    EXPECT_EQ(check_run_name(name, {}, 2).size(), 1u) << name;
}

TEST(RunName, IsRefusedWithItsPlace) {
  EXPECT_THAT(train_error("", {"name=../evil"}),
              HasSubstr("command line: name=../evil: name is \"../evil\", which is a path; "
                        "expected one plain folder name"));
  EXPECT_THAT(train_error("", {"name=."}), HasSubstr("which leads out of the folder of runs"));
  EXPECT_THAT(train_error("", {"name="}), HasSubstr("\"name\" is empty"));
  EXPECT_THAT(eval_error({"name=../../x"}), HasSubstr("which is a path"));
}

TEST(Numbers, BeyondReasonAreRefused) {
  EXPECT_THAT(train_error("prompts_per_step: 1e9\n"),
              HasSubstr("prompts_per_step is 1e9, expected an integer from 1 to 1000000"));
  EXPECT_THAT(train_error("steps: 9e15\n"),
              HasSubstr("steps is 9e15, expected an integer from 1 to 1000000000"));
  EXPECT_THAT(eval_error({"batch=1e12"}), HasSubstr("batch is 1e12"));
}

struct Foreign {
  const char* written;
  const char* answer;
};

// Keys of Hugging Face, TRL, verl, EasyR1 and ms-swift, as lines of a config.
TEST(KeysOfOtherProjects, AreMappedToOurs) {
  constexpr Foreign kKeys[] = {
      {"learning_rate: 1e-6\n", "unknown key \"learning_rate\"; it is optim.lr here"},
      {"lr: 1e-6\n", "unknown key \"lr\"; did you mean optim.lr?"},
      {"num_generations: 8\n", "it is rollout.group_size here"},
      {"per_device_train_batch_size: 8\n",
       "it is prompts_per_step here: prompts_per_step counts prompts over all ranks"},
      {"num_train_epochs: 1\n", "it is steps here: steps counts batches"},
      {"max_completion_length: 512\n", "it is rollout.max_new_tokens here"},
      {"max_prompt_length: 512\n", "prompts are never cut"},
      {"beta: 0.04\n", "it is algorithm.kl_coef here"},
      {"epsilon: 0.2\n", "it is algorithm.clip_ratio_low here"},
      {"temperature: 1.0\n", "did you mean rollout.temperature?"},
      {"actor_rollout_ref: {rollout: {n: 5}}\n",
       "c.yaml:4:31: unknown key \"actor_rollout_ref.rollout.n\"; it is rollout.group_size here"},
      {"actor_rollout_ref: {actor: {optim: {lr: 1e-6}}}\n",
       "\"actor_rollout_ref.actor.optim.lr\"; did you mean optim.lr?"},
      {"worker: {rollout: {n: 5}}\n",
       "unknown key \"worker.rollout.n\"; it is rollout.group_size here"},
      {"trainer: {total_epochs: 15}\n", "unknown key \"trainer.total_epochs\"; it is steps here"},
      {"algorithm: {kl_ctrl: {kl_coef: 0.001}}\n",
       "unknown key \"algorithm.kl_ctrl.kl_coef\"; it is algorithm.kl_reward_coef here"},
      {"algorithm: {adv_estimator: grpo}\n", "it is algorithm.advantage here: grpo is group_std"},
      {"freeze_vit: true\n", "it is model.freeze_vision here"},
      {"use_vllm: true\n", "the program generates responses itself"},
      {"rlhf_type: grpo\n", "it is trainer here"},
  };
  for (const auto& [written, answer] : kKeys)
    EXPECT_THAT(train_error(written), HasSubstr(answer)) << written;
}

// A row that names a key of yesterday would send people on.
TEST(KeysOfOtherProjects, AreMappedToKeysThatThereAre) {
  TrainConfig config;
  const auto keys =
      config::known_keys([&](config::FieldVisitor& visitor) { visit_fields(visitor, config); });
  for (const auto& named : config::keys_named_for_foreign_ones())
    EXPECT_THAT(keys, ::testing::Contains(named));
}

TEST(KeysOfOtherProjects, OfProgramsWithoutOurs) {
  EXPECT_THAT(train_error("", {"actor_rollout_ref.rollout.n=8"}),
              HasSubstr("it is rollout.group_size here"));
  EXPECT_THAT(eval_error({"max_completion_length=8"}),
              HasSubstr("it is generation.max_new_tokens here"));
  EXPECT_THAT(eval_error({"learning_rate=1e-6"}), HasSubstr("it is optim.lr of vrlt-train"));
}

TEST(Warnings, OfKeysThatAreNotSetSayWhichKey) {
  TrainConfig config;
  config.trainer = "sft";
  EXPECT_THAT(doubts(config, {}),
              ::testing::ElementsAre(
                  HasSubstr("data.prompt (not set): the prompt \"auto_think\" asks for thinking")));
}

}  // namespace
}  // namespace vrlt::settings
