// The table of docs/spec/rewards.md#grounded-qa, every column: f is the reward "format"; each mode
// is a sum of terms.
#include <gtest/gtest.h>

#include "tests/support/table_case.h"
#include "vrlt/rewards/reward_function.h"

namespace vrlt::rewards {
namespace {

struct GroundedRow {
  const char* name;
  std::string text;
  double sum, weighted, gated, product;
};
VRLT_PRINT_ROW_NAME(GroundedRow)

// Truth: option B, 10 to 20 s; 10 to 16 s has IoU 0.6.
const GroundedRow kRows[] = {
    {"all_right", "<think>t</think><answer>B, 10 to 16</answer>", 2.6, 0.84, 0.84, 0.6},
    {"wrong_option", "<think>t</think><answer>A, 10 to 16</answer>", 1.6, 0.44, 0.20, 0},
    {"wrong_span", "<think>t</think><answer>B, 30 to 40</answer>", 2.0, 0.60, 0.60, 0},
    {"no_format", "<answer>B, 10 to 16</answer>", 1.6, 0.64, 0.64, 0.6},
    {"nothing", "no idea", 0.0, 0.0, 0.0, 0.0},
};

class GroundedTable : public testing::TestWithParam<GroundedRow> {};
INSTANTIATE_TEST_SUITE_P(Spec36, GroundedTable, testing::ValuesIn(kRows), test::row_name);

data::Sample sample() {
  return {.task = data::Task::kGroundedQa,
          .options = {"red", "blue", "green"},
          .answer_option = 1,
          .segments = {{10, 20}}};
}

ScoredResponse score(std::vector<RewardTerm> terms, const std::string& text) {
  const auto truth = sample();
  return RewardFunction(std::move(terms))({.sample = truth, .text = text});
}

}  // namespace

TEST_P(GroundedTable, Sum) {
  EXPECT_NEAR(score({{"format", 1.0}, {"grounded_qa", 2.0}}, GetParam().text).total, GetParam().sum,
              1e-12);
}
TEST_P(GroundedTable, Weighted) {
  EXPECT_NEAR(score({{"format", 0.2}, {"grounded_qa", 0.8}}, GetParam().text).total,
              GetParam().weighted, 1e-12);
}

TEST_P(GroundedTable, Gated) {
  EXPECT_NEAR(score({{"format", 0.2}, {"grounded_qa_gated", 0.8}}, GetParam().text).total,
              GetParam().gated, 1e-12);
}
TEST_P(GroundedTable, Product) {
  EXPECT_NEAR(score({{"grounded_qa_product", 1.0}}, GetParam().text).total, GetParam().product,
              1e-12);
}
TEST_P(GroundedTable, HalvesAloneAddUpToTheSum) {
  const auto halves = score(
      {{"format", 1.0}, {"grounded_qa_option", 1.0}, {"grounded_qa_iou", 1.0}}, GetParam().text);
  EXPECT_NEAR(halves.total, GetParam().sum, 1e-12);
}

// VideoChat-R1's own: option and span in blocks of their own.
TEST(VideoChatGqaPreset, FormatOptionAndOverlap) {
  const auto total = [](const char* text) { return score({{"videochat_gqa", 1.0}}, text).total; };
  EXPECT_NEAR(total("<think>t</think><answer>B</answer><glue>[(10,16)]</glue>"), 2.6, 1e-12);
  EXPECT_NEAR(total("<think>t</think><answer>A</answer><glue>[(10,16)]</glue>"), 1.6, 1e-12);
  EXPECT_NEAR(total("<answer>B</answer><glue>[(10,16)]</glue>"), 1.6, 1e-12);
  EXPECT_NEAR(total("<think>t</think><answer>B</answer><glue>[(10,13),(13,16)]</glue>"), 2.6, 1e-12)
      << "touching spans are one";
}

TEST(GroundedQaReward, EachHalfCountsOnItsOwn) {
  const auto value = [](const char* answer) {
    return score({{"grounded_qa", 1.0}}, std::string("<answer>") + answer + "</answer>");
  };
  EXPECT_EQ(value("B, 10 to 20").total, 1.0);
  EXPECT_EQ(value("B").total, 0.5) << "no span";
  EXPECT_EQ(value("10 to 20").total, 0.5) << "no option";
  EXPECT_EQ(value(R"({"option": "B", "start_time": "10.0", "end_time": "20.0"})").total, 1.0);
  EXPECT_EQ(value("(B) [10, 20]").total, 1.0);
  EXPECT_EQ(value("B (10, 20)").total, 1.0);
  EXPECT_EQ(value("B, 20 to 10").total, 0.5) << "an inverted span overlaps nothing";
  EXPECT_EQ(value("B").components.front().reason, "no_span") << "nothing behind the option";
  EXPECT_EQ(value("B, -5 to 20").components.front().reason, "negative")
      << "a sign is part of its number";
  EXPECT_EQ(value("B, .5 to 20").total, 0.5 + 0.5 * 10 / 19.5) << "so is a point";
  EXPECT_EQ(value("10 to 20: B").total, 1.0) << "either order";
  EXPECT_EQ(value("A, 10 to 20").components.front().reason, "wrong");
}

}  // namespace vrlt::rewards
