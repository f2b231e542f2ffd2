// An adapter through all programs: trained, gone on with, asked, evaluated and merged.
#include <algorithm>

#include "tests/e2e/app/small_world.h"
#include "vrlt/checkpoint/safetensors.h"

namespace vrlt::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kAdapter = "runs/lora/checkpoints/step-000004/adapter";

class Lora : public ::testing::Test {
 protected:
  /// The run that the others use; once.
  static void SetUpTestSuite() {
    const auto result = SmallWorld::get().run(
        "vrlt-train", {"grpo.yaml", "name=lora", "steps=4", "model.freeze_vision=true",
                       "lora.rank=4", "optim.lr=0.02", "algorithm.kl_coef=0.1"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }
  ProcessResult run(const std::string& name, const std::vector<std::string>& arguments) {
    return world_.run(name, arguments);
  }
  std::vector<std::string> answers(const std::string& run) const {
    std::vector<std::string> texts;
    for (const auto& folder : fs::directory_iterator(world_.run_folder(run)))
      if (fs::exists(folder.path() / "samples.jsonl"))
        for (const auto& line : lines_of(folder.path() / "samples.jsonl"))
          texts.push_back(line.at("id").get<std::string>() + ": " +
                          line.at("text").get<std::string>());
    std::sort(texts.begin(), texts.end());
    return texts;
  }
  const SmallWorld& world_ = SmallWorld::get();
};

TEST_F(Lora, LeavesAnAdapterAndNoModel) {
  const auto checkpoint = world_.folder() / "runs/lora/checkpoints/step-000004";
  EXPECT_FALSE(fs::exists(checkpoint / "model"));
  const auto config = io::read_json(checkpoint / "adapter/adapter_config.json");
  EXPECT_EQ(config["r"], 4);
  EXPECT_EQ(config["base_model_name_or_path"], "warm");
  const auto lines = lines_of(world_.run_folder("lora") / "metrics.jsonl");
  EXPECT_EQ(lines.front()["kl/reference"], 0.0);
}

TEST_F(Lora, IsGoneOnWithByAnotherRun) {
  const std::string adapter = std::string("model.adapter=") + kAdapter;
  const auto more = run("vrlt-train", {"sft.yaml", "name=lora-more", "steps=2", "model.path=warm",
                                       "model.init=pretrained", "model.freeze_vision=true", adapter,
                                       "optim.lr=0.01"});
  EXPECT_EQ(more.exit_code, 0) << more.err;
  EXPECT_THAT(text_of(world_.run_folder("lora-more") / "config.yaml"), HasSubstr("rank: 4"));
  const auto contradicted =
      run("vrlt-train", {"sft.yaml", "name=no", "model.path=warm", "model.init=pretrained",
                         "model.freeze_vision=true", adapter, "lora.rank=8"});
  EXPECT_EQ(contradicted.exit_code, 2);
  EXPECT_THAT(contradicted.err, HasSubstr("rank is 8, and the adapter"));
}

TEST_F(Lora, AnswersAsTheMergedModelDoes) {
  const auto merged = run("vrlt-data", {"merge", "warm", kAdapter, "merged"});
  ASSERT_EQ(merged.exit_code, 0) << merged.err;
  EXPECT_THAT(merged.out, HasSubstr("merged 7 matrices, which hold 100.0 %"));
  ASSERT_EQ(run("vrlt-eval", {"eval.yaml", "name=eval-adapter",
                              std::string("model.adapter=") + kAdapter, "allow_partial=true"})
                .exit_code,
            0);
  ASSERT_EQ(
      run("vrlt-eval", {"eval.yaml", "name=eval-merged", "model.path=merged", "allow_partial=true"})
          .exit_code,
      0);
  EXPECT_FALSE(answers("eval-adapter").empty());
  EXPECT_EQ(answers("eval-adapter"), answers("eval-merged"));
  EXPECT_EQ(run("vrlt-data", {"merge", "warm", kAdapter, "merged"}).exit_code, 2)
      << "what is there stays";
}

TEST_F(Lora, IsAskedBySelection) {
  const auto result = run(
      "vrlt-select", {"select.yaml", "name=select-lora", std::string("model.adapter=") + kAdapter});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(text_of(world_.run_folder("select-lora") / "inputs.json"),
              HasSubstr("adapter_model.safetensors"));
}

TEST_F(Lora, NamedAsTheModelIsAnsweredWithWhatToDo) {
  const auto result = run("vrlt-eval", {"eval.yaml", "name=no", "model.path=runs/lora"});
  EXPECT_EQ(result.exit_code, 65);
  EXPECT_THAT(result.err, AllOf(HasSubstr(std::string("model.adapter=") + kAdapter),
                                HasSubstr("as model.path warm")));
}

TEST_F(Lora, ItsMemoryIsForetold) {
  const auto full = run("vrlt-train", {"grpo.yaml", "model.freeze_vision=true", "--dry-run",
                                       "algorithm.kl_coef=0.1"});
  const auto adapter = run("vrlt-train", {"grpo.yaml", "model.freeze_vision=true", "--dry-run",
                                          "algorithm.kl_coef=0.1", "lora.rank=4"});
  EXPECT_THAT(full.out, HasSubstr("reference"));
  EXPECT_EQ(adapter.exit_code, 0) << adapter.err;
  EXPECT_THAT(adapter.out, AllOf(HasSubstr("optimizer"), Not(HasSubstr("  reference "))));
}

}  // namespace
}  // namespace vrlt::test
