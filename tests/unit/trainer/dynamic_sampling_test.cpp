// Further prompts in place of groups that teach nothing: bounded, told, and the same on any number
// of ranks.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/thread_ranks.h"
#include "tests/unit/trainer/warm_task.h"
#include "trainer/log/rollout_metrics.h"
#include "vrlt/core/error.h"

namespace vrlt::trainer {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// Between the groups of this model: some have less, some more.
constexpr double kMinStd = 0.25;

settings::TrainConfig dynamic_config() {
  auto config = base_config();
  config.steps = 3;
  config.logged_rollouts = 100;
  config.algorithm.dynamic_sampling = {.enabled = true, .min_std = kMinStd, .max_batches = 4};
  return config;
}

/// Spread of the accuracy rewards of a line of rollouts.jsonl: temporal_iou is the only one.
double accuracy_std(const io::Json& line) {
  std::vector<double> values;
  for (const auto& response : line["responses"])
    values.push_back(response["components"]["temporal_iou"]["value"].get<double>());
  return algorithm::moments(values).std;
}

TEST(DynamicSampling, KeepsOnlyGroupsWithASignal) {
  const test::TemporaryFolder folder, plain_folder;
  FinishedRun run(dynamic_config(), folder.path());
  auto plain = dynamic_config();
  plain.algorithm.dynamic_sampling.enabled = false;
  size_t num_silent = 0;
  for (const auto& line : FinishedRun(plain, plain_folder.path()).lines_of("rollouts.jsonl"))
    num_silent += accuracy_std(line) < kMinStd;
  ASSERT_GT(num_silent, 0u) << "there is nothing to leave out";
  double rejected = 0;
  for (const auto& line : run.lines_of("rollouts.jsonl")) EXPECT_GE(accuracy_std(line), kMinStd);
  for (const auto& line : run.metrics()) {
    const auto value = [&](const char* name) {
      return line["sampling/" + std::string(name)].get<double>();
    };
    EXPECT_LE(value("kept_groups"), kPrompts);
    EXPECT_LE(value("rollouts"), 4);
    EXPECT_EQ(value("kept_groups") + value("rejected_groups"), value("prompts"));
    EXPECT_GE(value("rejected_tokens"), value("rejected_groups") * kGroupSize);
    EXPECT_EQ(line["batch/rows"], value("kept_groups") * kGroupSize)
        << "the denominators are what there is";
    rejected += value("rejected_groups");
  }
  EXPECT_GT(rejected, 0);
}

TEST(DynamicSampling, GivesUpAsItIsTold) {
  auto config = dynamic_config();
  config.steps = 2;
  config.algorithm.dynamic_sampling.min_std = 1.0;  // of values in [0, 1] no sample can have it
  config.algorithm.dynamic_sampling.max_batches = 3;
  config.optim.weight_decay = 0.0;
  {
    const test::TemporaryFolder folder;
    FinishedRun run(config, folder.path());
    EXPECT_EQ(run.policy().counters().prompts_prefilled, 2 * 3 * kPrompts)
        << "two steps of three rollouts, then it goes on";
    EXPECT_EQ(run.metrics().size(), 2u);
    const auto before = model::load_model(warm_task().warm_folder(), {});
    for (const auto& [name, tensor] : before->parameters().entries())
      EXPECT_TRUE(at::equal(tensor, run.policy().parameters().at(name))) << name;
  }
  {
    const test::TemporaryFolder folder;
    config.algorithm.dynamic_sampling.on_exhaustion = "pad";
    const auto metrics = FinishedRun(config, folder.path()).metrics();
    EXPECT_EQ(metrics[0]["batch/rows"], kPrompts * kGroupSize);
    EXPECT_EQ(metrics[0]["sampling/kept_groups"], 0.0);
  }
  const test::TemporaryFolder folder;
  config.algorithm.dynamic_sampling.on_exhaustion = "error";
  try {
    FinishedRun(config, folder.path());
    FAIL();
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(),
                HasSubstr("step 1: 0 of 2 groups carry a signal after 3 rollouts of 6 prompts"));
    EXPECT_THAT(error.what(), HasSubstr("vrlt-select"));
  }
}

// Without a group there is no update: weight decay, schedule and the coefficient that follows the
// entropy stay where they are.
TEST(DynamicSampling, AStepWithoutAnyGroupMovesNothing) {
  auto config = dynamic_config();
  config.steps = 2;
  config.algorithm.dynamic_sampling.min_std = 1.0;  // of values in [0, 1] no sample can have it
  config.algorithm.updates_per_pass = 2;
  config.algorithm.objective.entropy.coef = 0.01;
  config.algorithm.objective.entropy.target = 0.5;
  config.optim.weight_decay = 0.5;
  const test::TemporaryFolder folder;
  FinishedRun run(config, folder.path());
  const auto before = model::load_model(warm_task().warm_folder(), {});
  for (const auto& [name, tensor] : before->parameters().entries())
    EXPECT_TRUE(at::equal(tensor, run.policy().parameters().at(name))) << name;
  EXPECT_THAT(run.updates(), IsEmpty());
  for (const auto& line : run.metrics())
    EXPECT_EQ(line["optim/skipped_updates"], 1.0) << "the share of updates that were left out";
  const auto state = io::read_json(folder.path() / "checkpoints/step-000002/state.json");
  EXPECT_EQ(state["updates"], 0);
  EXPECT_EQ(state["trainer"]["entropy_coef"], 0.01);
}

TEST(DynamicSampling, IsTheSameOnTwoRanks) {
  for (const char* on_exhaustion : {"proceed", "pad"}) {
    const test::TemporaryFolder one_folder, two_folder;
    auto config = dynamic_config();
    config.steps = 1;
    config.algorithm.dynamic_sampling.max_batches = 2;
    config.algorithm.dynamic_sampling.on_exhaustion = on_exhaustion;
    const auto expected = FinishedRun(config, one_folder.path()).lines_of("rollouts.jsonl");
    std::vector<io::Json> got;
    test::ThreadRanks(2).run([&](distributed::ProcessGroup& group) {
      FinishedRun run(config, two_folder.path(), warm_task().warm_folder(), false, group);
      if (group.is_first()) got = run.lines_of("rollouts.jsonl");
    });
    EXPECT_EQ(got, expected) << on_exhaustion;
  }
}

std::vector<ResponseRow> groups_with_totals(const std::vector<std::pair<double, double>>& groups) {
  std::vector<ResponseRow> rows;
  for (size_t i = 0; i < groups.size(); ++i) {
    const auto position = static_cast<int64_t>(i);
    rows.push_back(
        {.position = position, .number = 0, .sample_id = concat("q", i), .total = groups[i].first});
    rows.push_back({.position = position,
                    .number = 1,
                    .sample_id = concat("q", i),
                    .total = groups[i].second});
  }
  return rows;
}

TEST(SignalWarning, NamesGroupsWithoutSignalWhenTheyAreTheGreaterPart) {
  EXPECT_THAT(signal_warning(0, groups_with_totals({{1, 1}, {0, 1}}), 2, false), IsEmpty())
      << "half of them";
  const auto warning =
      signal_warning(4, groups_with_totals({{1, 1}, {0, 1}, {0.5, 0.5}}), 2, false);
  EXPECT_THAT(
      warning,
      HasSubstr(
          "step 5: the responses to 2 of 3 prompts have equal rewards and teach nothing (q0, q2)"));
  EXPECT_THAT(warning, HasSubstr("set algorithm.dynamic_sampling"));
  const auto many = signal_warning(
      4, groups_with_totals(std::vector<std::pair<double, double>>(7, {1, 1})), 2, true);
  EXPECT_THAT(many, HasSubstr("(q0, q1, q2, q3, q4 and 2 more)"));
  EXPECT_THAT(many, Not(HasSubstr("dynamic_sampling"))) << "it is on";
  EXPECT_THAT(signal_warning(0, {}, 2, false), IsEmpty());
}

}  // namespace
}  // namespace vrlt::trainer
