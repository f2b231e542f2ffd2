// The reward metrics of docs/spec/grpo.md#metrics.
#include "vrlt/rewards/reward_metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "tests/support/score_one.h"

namespace vrlt::rewards {
namespace {

const data::Sample kGrounding{
    .task = data::Task::kTemporalGrounding, .duration = 20.0, .segments = {{0, 10}}};
const data::Sample kChoice{
    .task = data::Task::kMultipleChoice, .options = {"x", "y"}, .answer_option = 1};

const std::vector<RewardTerm> kTerms = {{"temporal_iou", 1.0}, {"choice", 1.0}};

void record(const data::Sample& sample, const std::vector<std::string>& answers,
            metrics::MetricSet& metrics) {
  const RewardFunction reward(kTerms);
  std::vector<RewardInput> inputs;
  for (const auto& answer : answers)
    inputs.push_back({.sample = sample, .text = test::think_and_answer(answer)});
  record_reward_metrics(sample, kTerms, reward.score_group(inputs), metrics);
}

std::map<std::string, double> values(const metrics::MetricSet& metrics) {
  std::map<std::string, double> result;
  for (const auto& [name, value] : metrics.values()) result[name] = value;
  return result;
}

}  // namespace

TEST(RewardMetrics, MeansStandardDeviationsAndParseFailures) {
  metrics::MetricSet metrics;
  record(kGrounding, {"0 to 10", "0 to 5", "0 to 19", "no idea"}, metrics);  // 1, 1/2, 10/19, 0
  record(kChoice, {"B", "B"}, metrics);
  const auto v = values(metrics);
  const double iou_mean = (1 + 0.5 + 10.0 / 19 + 0) / 4;
  EXPECT_NEAR(v.at("reward/temporal_iou"), iou_mean, 1e-12);
  EXPECT_EQ(v.at("reward/choice"), 1.0);
  EXPECT_EQ(v.at("reward/choice_std"), 0.0);
  EXPECT_NEAR(v.at("reward/total"), (4 * iou_mean + 2) / 6, 1e-12);
  // Sample standard deviation of 1, 0.5, 10/19, 0, 1, 1.
  const double mean = (4 * iou_mean + 2) / 6;
  double squares = 0;
  for (const double total : {1.0, 0.5, 10.0 / 19, 0.0, 1.0, 1.0})
    squares += (total - mean) * (total - mean);
  EXPECT_NEAR(v.at("reward/total_std"), std::sqrt(squares / 5), 1e-12);
  EXPECT_EQ(v.at("group/no_signal_fraction"), 0.5) << "both letters are right";
  EXPECT_EQ(v.at("group/unscorable_fraction"), 0.0);
  EXPECT_EQ(v.at("parse/failure_rate/tvg"), 0.25);
  EXPECT_EQ(v.at("parse/failure_rate/mcq"), 0.0);
  EXPECT_EQ(v.at("parse/tvg/no_span"), 1.0);
  EXPECT_NEAR(v.at("reward/temporal_iou/covers_clip"), 1.0 / 3, 1e-12)
      << "of the three that could be read";
}

// Read and found wrong is no parse failure.
TEST(RewardMetrics, WrongAnswersAreRead) {
  metrics::MetricSet metrics;
  record(kChoice, {"A", "A or B"}, metrics);
  EXPECT_EQ(values(metrics).at("parse/failure_rate/mcq"), 0.5);
  EXPECT_EQ(values(metrics).count("parse/mcq/wrong"), 0u);
}

TEST(RewardMetrics, UnscorableResponsesCountInNothingElse) {
  metrics::MetricSet metrics;
  record({.task = data::Task::kCaption}, {"a", "b"}, metrics);
  record(kChoice, {"B", "A"}, metrics);
  EXPECT_EQ(values(metrics).at("group/unscorable_fraction"), 0.5);
  EXPECT_EQ(values(metrics).at("reward/total"), 0.5);
  EXPECT_EQ(values(metrics).at("group/no_signal_fraction"), 0.0);
}

// Exact over ranks: two ranks with a group each say what one rank with both says.
TEST(RewardMetrics, MergedRanksSayWhatOneRankSays) {
  metrics::MetricSet one, first, second;
  record(kGrounding, {"0 to 10", "0 to 5", "x"}, one);
  record(kChoice, {"B", "A"}, one);
  record(kGrounding, {"0 to 10", "0 to 5", "x"}, first);
  record(kChoice, {"B", "A"}, second);
  first.merge(second.to_bytes());
  const auto merged = values(first);
  for (const auto& [name, value] : values(one)) EXPECT_NEAR(merged.at(name), value, 1e-15) << name;
}

}  // namespace vrlt::rewards
