// What a results.json says, by type, and how it is told that it is none.
#include "vrlt/evaluation/task_results.h"

#include <gmock/gmock.h>

#include "vrlt/core/error.h"

namespace vrlt::evaluation {
namespace {

using io::Json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

Json estimate(double value, int64_t count) {
  return {{"value", value}, {"se", 0.25}, {"ci95", {value - 0.5, value + 0.5}}, {"n", count}};
}

/// As vrlt-eval writes it of a benchmark with two official scripts.
Json written() {
  auto accuracy = estimate(0.5, 8);
  accuracy["unanswered_as_zero"] = estimate(0.25, 16);
  return {{"n_expected", 16},
          {"n_done", 8},
          {"n_error", 3},
          {"n_missing", 5},
          {"n_unlabelled", 1},
          {"n_responses", 24},
          {"parse_failure_rate", 0.125},
          {"truncation_rate", 0.75},
          {"parse_failures", {{"no_option", 2}, {"ambiguous", 1}}},
          {"metrics", {{"accuracy", accuracy}}},
          {"macro_over", "sub_task"},
          {"compat_profile", "second"},
          {"parser_gap", 0.0625},
          {"compat",
           {{"first", {{"metrics", {{"accuracy", estimate(0.75, 8)}}}}},
            {"second",
             {{"metrics", {{"accuracy", estimate(0.625, 8)}}},
              {"macro", {{"accuracy", {{"value", 0.875}, {"n_groups", 4}}}}},
              {"n_right_though_empty", 7}}}}},
          {"blind", {{"always_A", {{"accuracy", 0.375}}}}},
          {"prompt", "think_answer"},
          {"n_published", 4000},
          {"not_comparable", "16 samples, the benchmark has 4000"}};
}

std::string error_of(const Json& json) {
  try {
    parse_results(json, "run/mcq/results.json");
  } catch (const DataError& error) {
    return error.what();
  }
  return "no DataError";
}

TEST(TaskResults, HaveWhatTheFileSays) {
  const auto results = parse_results(written(), "results.json");
  EXPECT_EQ(results.expected, 16);
  EXPECT_EQ(results.done, 8);
  EXPECT_EQ(results.errors, 3);
  EXPECT_EQ(results.missing, 5);
  EXPECT_EQ(results.unlabelled, 1);
  EXPECT_EQ(results.responses, 24);
  EXPECT_EQ(results.published, 4000);
  EXPECT_EQ(results.parse_failure_rate, 0.125);
  EXPECT_EQ(results.truncation_rate, 0.75);
  EXPECT_EQ(results.parser_gap, 0.0625);
  EXPECT_THAT(results.parse_failures, ElementsAre(Pair("no_option", 2), Pair("ambiguous", 1)));
  EXPECT_EQ(results.prompt, "think_answer");
  EXPECT_EQ(results.not_comparable, "16 samples, the benchmark has 4000");
  EXPECT_FALSE(results.predict_only);
  const auto* strict = results.find_strict("accuracy");
  ASSERT_NE(strict, nullptr);
  EXPECT_EQ(strict->answered.value, 0.5);
  EXPECT_EQ(strict->answered.low, 0.0);
  EXPECT_EQ(strict->all.value, 0.25);
  EXPECT_EQ(strict->all.count, 16);
  EXPECT_EQ(results.find_strict("mIoU"), nullptr);
  ASSERT_EQ(results.blind.size(), 1u);
  EXPECT_THAT(results.blind.front().metrics, ElementsAre(Pair("accuracy", 0.375)));
}

TEST(TaskResults, TheProfileThatPapersUseComesFirst) {
  const auto results = parse_results(written(), "results.json");
  ASSERT_EQ(results.profiles.size(), 2u);
  ASSERT_NE(results.headline(), nullptr);
  EXPECT_EQ(results.headline()->name, "second");
  EXPECT_EQ(results.headline()->metrics.front().second.value, 0.625);
  EXPECT_EQ(results.headline()->right_though_empty, 7);
  EXPECT_EQ(results.profiles.back().name, "first");
  // A mean over groups has no interval, and counts groups.
  const auto& [metric, mean] = results.headline()->macro.front();
  EXPECT_EQ(metric, "accuracy");
  EXPECT_EQ(mean.value, 0.875);
  EXPECT_EQ(mean.count, 4);
  EXPECT_FALSE(mean.standard_error.has_value());
}

TEST(TaskResults, OfARunThatOnlyPredictedHaveNoScores) {
  const auto results =
      parse_results({{"n_done", 4}, {"parse_failure_rate", 0.0}, {"predict_only", true}}, "r");
  EXPECT_TRUE(results.predict_only);
  EXPECT_FALSE(results.has_scores());
  EXPECT_EQ(results.headline(), nullptr);
  EXPECT_THAT(results.strict, IsEmpty());
}

TEST(TaskResults, TellWhichFieldIsNone) {
  EXPECT_THAT(error_of(7), HasSubstr("run/mcq/results.json: is 7, expected an object"));
  auto json = written();
  json["n_done"] = -1;
  EXPECT_THAT(error_of(json), HasSubstr("run/mcq/results.json: \"n_done\" is -1"));
  json = written();
  json["metrics"]["accuracy"]["value"] = "high";
  EXPECT_THAT(error_of(json), HasSubstr("metrics: accuracy: \"value\" is \"high\""));
  json = written();
  json["metrics"]["accuracy"].erase("unanswered_as_zero");
  EXPECT_THAT(error_of(json), HasSubstr("\"unanswered_as_zero\" is missing"));
  json = written();
  json["compat_profile"] = "third";
  EXPECT_THAT(error_of(json), HasSubstr("\"compat_profile\" is \"third\", expected a name in"));
  json = written();
  json["compat"]["first"]["metrics"]["accuracy"]["ci95"] = {0.1};
  EXPECT_THAT(error_of(json), HasSubstr("\"ci95\""));
}

}  // namespace
}  // namespace vrlt::evaluation
