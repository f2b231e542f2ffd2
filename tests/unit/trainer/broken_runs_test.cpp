// Runs that must not go on as if nothing had happened: samples that cannot be read, weights that
// are not numbers.

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/trainer/warm_task.h"
#include "trainer/training_run.h"
#include "vrlt/core/error.h"

namespace vrlt::trainer {
namespace {

using ::testing::HasSubstr;

// One of three samples cannot be read, and each comes twice: a third is bad, not two thirds, and
// the other four are trained on.
TEST(BadSamples, CountOnceHoweverOftenTheyAreDrawn) {
  const auto& task = warm_task().task();
  auto samples = task.samples();
  samples.push_back(samples.front());
  samples.back().id = "missing";
  samples.back().video = "missing.mp4";
  auto config = base_config();
  config.prompts_per_step = 6;
  config.data.max_bad_fraction = 0.34;
  const auto policy = model::load_model(warm_task().warm_folder(), {});
  const processor::Processor processor(model::load_prompt_format(task.model_folder()));
  processor::PromptLoader loader(processor, test::TinyTask::media_options(), task.data_root(),
                                 config.data.prompt, 1 << 20);
  const test::TemporaryFolder folder;
  train_grpo({config, folder.path(), samples, *policy, nullptr, processor, loader});
  io::Json line;
  io::for_each_jsonl(folder.path() / "metrics.jsonl", false,
                     [&](int64_t, io::Json value) { line = std::move(value); });
  EXPECT_EQ(line["batch/rows"], 4 * kGroupSize);
  EXPECT_EQ(line["data/bad_samples"], 1.0);
}

/// Weights that one step of Adam breaks, though its gradients are finite: without bias correction 0
/// / 0.
settings::TrainConfig breaking_config() {
  auto config = base_config();
  config.steps = 3;
  config.optim.beta2 = 1.0;
  return config;
}

TEST(BrokenWeights, AreNeverSavedAndTheFirstIsNamed) {
  const test::TemporaryFolder folder;
  auto config = breaking_config();
  config.steps = 1;
  try {
    FinishedRun(config, folder.path());
    FAIL();
  } catch (const NotFiniteError& error) {
    EXPECT_THAT(error.what(), HasSubstr("after step 1, not saved"));
    EXPECT_THAT(error.what(), HasSubstr("model.embed_tokens.weight holds"));
  }
  EXPECT_FALSE(fs::exists(folder.path() / "checkpoints/step-000001"));
}

TEST(BrokenWeights, EndTheNextRollout) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(FinishedRun(breaking_config(), folder.path()), NotFiniteError);
  EXPECT_FALSE(fs::exists(folder.path() / "checkpoints"));
}

}  // namespace
}  // namespace vrlt::trainer
