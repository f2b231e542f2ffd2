#include "vrlt/rewards/reward_function.h"

#include <gtest/gtest.h>

#include "vrlt/core/error.h"

namespace vrlt::rewards {
namespace {

// Texts of docs/spec/benchmarks.md#edge-cases by our rules: truth (10, 20), weights one half.
data::Sample sample() { return {.task = data::Task::kTemporalGrounding, .segments = {{10, 20}}}; }
data::Sample choice_sample() {
  return {.task = data::Task::kMultipleChoice, .options = {"x", "y"}, .answer_option = 1};
}

}  // namespace

TEST(RewardFunction, IsTheWeightedSum) {
  const RewardFunction reward({{"temporal_iou", 0.5}, {"format_seed_tvg", 0.5}});
  const auto truth = sample();
  const auto total = [&](const char* text) {
    return reward({.sample = truth, .text = text}).total;
  };
  EXPECT_EQ(total(R"(<think>x</think><answer>{"start_time": "10", "end_time": "20"}</answer>)"),
            1.0);
  EXPECT_EQ(total(R"(<think>x</think><answer>{"start_time": "12.5", "end_time": "17.5"}</answer>)"),
            0.75);
  EXPECT_EQ(total(R"(<answer>{"start_time": "12.5", "end_time": "17.5"}</answer>)"), 0.25);
  EXPECT_EQ(total(R"(<think>x</think><answer>{"start_time": "18", "end_time": "11"}</answer>)"),
            0.5);
}

// Terms that say nothing about a task are left out, so that one list of terms serves a mixed data
// set.
TEST(RewardFunction, LeavesOutWhatDoesNotApply) {
  const RewardFunction reward({{"temporal_iou", 1.0}, {"choice", 2.0}, {"format", 0.5}});
  const auto truth = choice_sample();
  const auto scored = reward({.sample = truth, .text = "<think>t</think><answer>B</answer>"});
  ASSERT_EQ(scored.components.size(), 3U);
  EXPECT_FALSE(scored.components[0].applicable);
  EXPECT_TRUE(scored.scorable);
  EXPECT_EQ(scored.total, 2.5);
  EXPECT_EQ(scored.accuracy, 1.0) << "of the accuracy terms only, whatever their weights";
}

TEST(RewardFunction, IsNotScorableWhenNothingApplies) {
  const RewardFunction reward({{"temporal_iou", 1.0}});
  const auto truth = choice_sample();
  const auto scored = reward({.sample = truth, .text = "<answer>B</answer>"});
  EXPECT_FALSE(scored.scorable);
  EXPECT_EQ(scored.total, 0.0);
}

// Groups of several prompts are asked for together, and score as each by itself, bonuses of a group
// and its control included.
TEST(RewardFunction, ScoresABatchAsEachGroupByItself) {
  const RewardFunction reward({{"videor1"}, {"temporal_iou"}});
  const auto grounding = sample(), choice = choice_sample();
  const auto group = [](const data::Sample& truth, std::vector<const char*> answers,
                        std::vector<const char*> control) {
    const auto inputs_of = [&](const auto& texts) {
      std::vector<RewardInput> inputs;
      for (const char* text : texts)
        inputs.push_back({.sample = truth, .text = text, .num_tokens = 400});
      return inputs;
    };
    return ResponseGroup{inputs_of(answers), inputs_of(control)};
  };
  const std::vector<ResponseGroup> batch = {
      group(choice, {"<answer>B</answer>", "<answer>B</answer>", "<answer>A</answer>"},
            {"<answer>A</answer>", "<answer>B</answer>"}),
      group(grounding, {"<answer>10 to 20</answer>", "nothing"}, {}), group(choice, {}, {})};
  const auto scores = reward.score(batch);
  ASSERT_EQ(scores.size(), batch.size());
  for (size_t i = 0; i < batch.size(); ++i) {
    const auto alone = reward.score_group(batch[i].responses, batch[i].control);
    ASSERT_EQ(scores[i].responses.size(), batch[i].responses.size());
    for (size_t k = 0; k < alone.size(); ++k)
      EXPECT_EQ(scores[i].responses[k].total, alone[k].total) << i << " " << k;
  }
  // A right letter, 0.3 for the order of frames and 0.2 for the length: of the three, two are
  // right, of the control one of two.
  EXPECT_NEAR(scores[0].responses[0].total, 1.5, 1e-12);
  EXPECT_EQ(scores[0].control_accuracies, (std::vector<double>{0.0, 1.0}));
  EXPECT_EQ(scores[1].responses[0].accuracy, 1.0);
}

TEST(RewardFunction, ATermMayBringItsOwnOptions) {
  const RewardFunction reward(
      {{"temporal_iou", 1.0, RewardOptions{.span = "first"}}, {"temporal_giou", 1.0}});
  const auto truth = sample();
  const auto scored = reward({.sample = truth, .text = "<answer>10 to 20, 30 to 40</answer>"});
  EXPECT_EQ(scored.components[0].value, 1.0);
  EXPECT_EQ(scored.components[1].reason, "ambiguous") << "it goes by the options of the run";
  EXPECT_THROW(RewardFunction({{"temporal_iou", 1.0, RewardOptions{.span = "both"}}}), ConfigError);
  EXPECT_THROW(RewardFunction(
                   {{"temporal_iou", 1.0, RewardOptions{.span = "first"}}, {"temporal_iou", 1.0}}),
               ConfigError)
      << "which of both?";
}

TEST(RewardTable, UnknownNameListsTheKnownOnes) {
  try {
    find_reward("iuo");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("temporal_iou"), std::string::npos) << error.what();
  }
}

}  // namespace vrlt::rewards
