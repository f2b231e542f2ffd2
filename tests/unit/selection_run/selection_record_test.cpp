// Statistics of a sample from the stored line about its responses.
#include "vrlt/selection_run/selection_record.h"

#include <gtest/gtest.h>

namespace vrlt::selection_run {
namespace {

// Truths from 2 to 6 and 4 to 8 of ten seconds: 6 of them are covered, not 8.
TEST(SelectionRecord, OverlappingTruthsCountOnce) {
  const data::Sample sample{.id = "s",
                            .task = data::Task::kTemporalGrounding,
                            .duration = 10.0,
                            .segments = {{2, 6}, {4, 8}}};
  const io::Json line = {
      {"id", "s"},
      {"responses",
       {{{"accuracy", 0.5},
         {"answer", ""},
         {"finish", "stop"},
         {"tokens", 3},
         {"components", {{"temporal_iou", {{"value", 0.5}, {"reason", "ok"}}}}}}}}};
  EXPECT_DOUBLE_EQ(*statistics_of(summary_of(line), sample).gt_fraction, 0.6);
}

io::Json response(double choice, double option) {
  io::Json components = {{"choice", {{"value", choice}, {"reason", "ok"}}}};
  if (option >= 0) components["choice_videochat"] = {{"value", option}, {"reason", "ok"}};
  return {{"accuracy", option >= 0 ? (choice + option) / 2 : choice},
          {"answer", "A"},
          {"finish", "stop"},
          {"tokens", 3},
          {"components", components}};
}

// Each says 0 or 1, their mean says 0.5 too: it is no count of right answers, and 0.5 is not wrong.
TEST(SelectionRecord, SeveralDiscreteAccuraciesAreContinuousTogether) {
  const data::Sample sample{
      .id = "s", .task = data::Task::kMultipleChoice, .options = {"x", "y"}, .answer_option = 0};
  const auto one = statistics_of(
      summary_of({{"id", "s"}, {"responses", {response(1, -1), response(0, -1)}}}), sample);
  EXPECT_FALSE(one.reward.continuous);
  EXPECT_EQ(one.reward.num_correct, 1);
  const auto both = statistics_of(
      summary_of({{"id", "s"}, {"responses", {response(1, 0), response(1, 1), response(0, 0)}}}),
      sample);
  EXPECT_TRUE(both.reward.continuous);
  EXPECT_DOUBLE_EQ(both.reward.mean, 0.5);
  EXPECT_EQ(both.reward.num_correct, 2) << "at least half right";
  EXPECT_FALSE(both.parts.at("choice").continuous) << "each by itself stays what it is";
}

// Its values are stored with what they are; its words say nothing about reading.
TEST(SelectionRecord, ARewardByCommandIsInNoTable) {
  const data::Sample sample{.id = "s", .task = data::Task::kOpen};
  const auto response = [](double value, const char* word) {
    return io::Json{
        {"accuracy", value},
        {"answer", ""},
        {"finish", "stop"},
        {"tokens", 3},
        {"components",
         {{"judge",
           {{"value", value}, {"reason", word}, {"accuracy", true}, {"continuous", true}}}}}};
  };
  const auto statistics = statistics_of(
      summary_of({{"id", "s"},
                  {"responses",
                   {response(0.25, "ok"), response(0.75, "vague"), response(0, "no_answer")}}}),
      sample);
  EXPECT_TRUE(statistics.reward.continuous);
  EXPECT_DOUBLE_EQ(statistics.reward.mean, 1.0 / 3);
  EXPECT_EQ(statistics.num_parsed, 2) << "no_answer is a word of vrlt/reading";
}

}  // namespace
}  // namespace vrlt::selection_run
