// What the keys of `algorithm` do to a whole step of the trainer.

#include <gtest/gtest.h>

#include "tests/support/thread_ranks.h"
#include "tests/unit/trainer/warm_task.h"
#include "vrlt/settings/preset_table.h"

namespace vrlt::trainer {
namespace {

TEST(GrpoOptions, EveryPresetTrains) {
  for (const auto& preset : settings::preset_table()) {
    const test::TemporaryFolder folder;
    auto config = base_config();
    config.algorithm = preset.section(config.rollout);
    config.algorithm.preset = preset.name;
    config.algorithm.passes = 2;  // ratios other than 1 in the second
    const auto updates = FinishedRun(config, folder.path()).updates();
    ASSERT_EQ(updates.size(), 2u) << preset.name;
    for (const auto& line : updates) {
      EXPECT_GT(line["grad/norm"].get<double>(), 0.0) << preset.name;
      EXPECT_EQ(line["optim/skipped_updates"], 0.0) << preset.name;
    }
  }
}

// T-GRPO: half as many responses to shuffled frames per prompt, which decide the bonus and are
// neither trained on nor logged.
TEST(GrpoOptions, ATemporalBonusComparesWithShuffledFrames) {
  const auto train = [](int world_size, const fs::path& folder) {
    auto config = base_config();
    config.logged_rollouts = kPrompts;
    config.rollout.sampling.temperature = 1.5;
    config.rewards.push_back({"temporal_bonus", 0.3});
    std::vector<io::Json> lines;
    test::ThreadRanks(world_size).run([&](distributed::ProcessGroup& group) {
      FinishedRun run(config, folder, warm_task().warm_folder(), false, group);
      if (!group.is_first()) return;
      EXPECT_EQ(run.policy().counters().prompts_prefilled, 2 * kPrompts / world_size)
          << "each prompt once, and once shuffled";
      const auto metrics = run.metrics().at(0);
      EXPECT_EQ(metrics["batch/rows"], kPrompts * kGroupSize)
          << "of the responses to ordered frames only";
      EXPECT_GE(metrics["reward/shuffled_accuracy"].get<double>(), 0.0);
      lines = run.lines_of("rollouts.jsonl");
    });
    return lines;
  };
  const test::TemporaryFolder folder, folder_of_two;
  const auto lines = train(1, folder.path());
  ASSERT_EQ(lines.size(), static_cast<size_t>(kPrompts));
  for (const auto& line : lines) {
    std::vector<double> earned;
    for (const auto& response : line["responses"]) {
      const auto& components = response["components"];
      const double iou = components["temporal_iou"]["value"].get<double>(),
                   bonus = components["temporal_bonus"]["value"].get<double>();
      EXPECT_EQ(components["temporal_bonus"]["reason"], "ok") << "it applies";
      if (iou > 0.1) earned.push_back(bonus);
      EXPECT_TRUE(iou > 0.1 || bonus == 0.0) << "wrong responses earn none";
    }
    for (const double bonus : earned)
      EXPECT_EQ(bonus, earned.front()) << "the order of frames helps a group or does not";
  }
  EXPECT_EQ(train(2, folder_of_two.path()), lines);
}

TEST(GrpoOptions, MaskedResponsesAreNotInTheDenominators) {
  const test::TemporaryFolder folder;
  auto config = base_config();
  config.rollout.group_size = 16;
  config.rollout.max_new_tokens = 8;
  config.rollout.sampling.temperature = 1.5;
  config.logged_rollouts = kPrompts;
  config.algorithm.mask_truncated = true;
  FinishedRun run(config, folder.path());
  double counted = 0, truncated = 0;
  for (const auto& line : run.lines_of("rollouts.jsonl"))
    for (const auto& response : line["responses"])
      (response["finish"] == "stop" ? counted : truncated) += response["tokens"].get<double>();
  ASSERT_GT(truncated, 0.0);
  ASSERT_GT(counted, 0.0);
  EXPECT_EQ(run.metrics().at(0)["batch/tokens"], counted);
  EXPECT_EQ(run.metrics().at(0)["batch/rows"], kPrompts * 16)
      << "empty responses are counted unless empty_row_policy says drop";
}

// The threshold is that of the tokens of all ranks, and the divergence is of every token.
TEST(GrpoOptions, TheEntropyMaskIsOfTheWholeBatch) {
  const auto first_step = [](double share, int world_size) {
    const test::TemporaryFolder folder;
    auto config = base_config();
    config.algorithm.objective.kl.coef = 0.1;
    config.algorithm.objective.entropy.top_quantile = share;
    config.algorithm.passes = 2;
    io::Json line;
    test::ThreadRanks(world_size).run([&](distributed::ProcessGroup& group) {
      FinishedRun run(config, folder.path(), warm_task().warm_folder(), false, group);
      if (group.is_first()) line = run.updates().at(0);
    });
    return line;
  };
  const auto all = first_step(1.0, 1), some = first_step(0.3, 1), some_on_two = first_step(0.3, 2);
  EXPECT_GT(std::abs(some["loss/policy"].get<double>() - all["loss/policy"].get<double>()), 1e-3);
  EXPECT_EQ(some["batch/tokens"], all["batch/tokens"]);
  EXPECT_EQ(some["kl/reference"], all["kl/reference"]);
  EXPECT_NEAR(some_on_two["loss/policy"].get<double>(), some["loss/policy"].get<double>(), 1e-5);
}

TEST(GrpoOptions, ADivergenceInTheRewardShowsInTheAdvantages) {
  const auto second_step = [](double coef) {
    const test::TemporaryFolder folder;
    auto config = base_config();
    config.steps = 2;
    config.algorithm.advantage.estimator = "none";
    config.algorithm.kl_reward.coef = coef;
    // so that both runs have a reference, and the first step is the same up to rounding
    config.algorithm.objective.kl.coef = 1e-9;
    return FinishedRun(config, folder.path()).metrics().at(1);
  };
  const auto without = second_step(0.0), with = second_step(10.0);
  EXPECT_FALSE(without.contains("kl/reward_penalty"));
  EXPECT_GT(std::abs(with["kl/reward_penalty"].get<double>()), 1e-3)
      << "the policy has moved in the first step";
  EXPECT_EQ(with["kl/reward_coef"], 10.0);
  EXPECT_NE(with["advantage/max"], without["advantage/max"]);
}

// exp(old - sampler) of a token is the probability mass that top_p kept: at most 1, and less where
// something was cut.
TEST(GrpoOptions, WhatTopPCutsIsWeighedByTheCorrection) {
  const auto first_step = [](double top_p) {
    const test::TemporaryFolder folder;
    auto config = base_config();
    config.rollout.sampling = {.temperature = 1.5, .top_p = top_p};
    return FinishedRun(config, folder.path()).metrics().at(0);
  };
  const auto whole = first_step(1.0), cut = first_step(0.5);
  EXPECT_NEAR(whole["correction/weight_mean"].get<double>(), 1.0, 1e-4);
  EXPECT_LT(cut["correction/weight_mean"].get<double>(), 0.9);
  EXPECT_LE(cut["correction/weight_max"].get<double>(), 1.0 + 1e-4);
}

// The sampler's log-probs are at another temperature than the update's: nothing compares them, and
// nothing is told of a mismatch.
TEST(GrpoOptions, LogProbsOfTwoTemperaturesAreNotCompared) {
  const test::TemporaryFolder folder;
  auto config = base_config();
  config.rollout.sampling.temperature = 0.7;
  config.algorithm.logprob_temperature = "1.0";
  config.algorithm.objective.correction.mode = "none";
  const auto line = FinishedRun(config, folder.path()).metrics().at(0);
  EXPECT_FALSE(line.contains("rollout/log_prob_mismatch_mean")) << line;
  EXPECT_EQ(line["policy/ratio_mean"], 1.0);
}

TEST(GrpoOptions, AnEntropyBonusKeepsTheEntropyUp) {
  const auto entropy_after = [](double coef) {
    const test::TemporaryFolder folder;
    auto config = base_config();
    config.steps = 4;
    config.algorithm.objective.entropy.coef = coef;
    return FinishedRun(config, folder.path()).metrics().back()["policy/entropy"].get<double>();
  };
  EXPECT_GT(entropy_after(1.0), entropy_after(0.0) + 0.01);
}

}  // namespace
}  // namespace vrlt::trainer
