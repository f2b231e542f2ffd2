// Open answers: the table of docs/spec/rewards.md#words and #numbers.
#include <gtest/gtest.h>

#include "rewards/number_scores.h"
#include "tests/support/score_one.h"
#include "tests/support/table_case.h"
#include "vrlt/rewards/reward_function.h"
#include "vrlt/rewards/word_scores.h"

namespace vrlt::rewards {
namespace {

struct RougeRow {
  const char* name;
  std::string reference, hypothesis;
  double r1, r2, rl, mean;
};
VRLT_PRINT_ROW_NAME(RougeRow)

constexpr double kPrinted = 5e-7;  // the table has six decimals

const RougeRow kRouge[] = {
    {"equal", "The cat sat on the mat.", "the cat sat on the mat", 1, 1, 1, 1},
    {"swapped", "the cat sat on the mat", "the mat sat on the cat", 1, 0.8, 0.666667, 0.822222},
    {"passive", "a man opens the door", "the door is opened by a man", 0.666667, 0.4, 0.333333,
     0.466667},
    {"repeated", "door", "door door door", 0.5, 0, 0.5, 0.333333},
    {"one_of_two", "a man", "a woman", 0.5, 0, 0.5, 0.333333},
    {"empty_hypothesis", "anything", "", 0, 0, 0, 0},
    {"empty_reference", "", "anything", 0, 0, 0, 0},
};

class RougeTable : public testing::TestWithParam<RougeRow> {};
INSTANTIATE_TEST_SUITE_P(Spec38, RougeTable, testing::ValuesIn(kRouge), test::row_name);

using data::ProblemType;

data::Sample open_question(const std::string& answer,
                           std::optional<ProblemType> problem_type = std::nullopt) {
  return {.task = data::Task::kOpen, .problem_type = problem_type, .answer_text = answer};
}

double value(const char* reward, const std::string& predicted, const std::string& truth) {
  return test::score_one(reward, open_question(truth), test::think_and_answer(predicted)).value;
}

struct NumberRow {
  const char* name;
  const char* reward;
  const char *predicted, *truth;
  double value;
};
VRLT_PRINT_ROW_NAME(NumberRow)

const NumberRow kNumbers[] = {
    // Video-R1's numerical, as executed.
    {"videor1_equal", "numeric_videor1", "42", "42", 1},
    {"videor1_fraction_of_whole", "numeric_videor1", "42.0", "42", 0},
    {"videor1_two_decimals", "numeric_videor1", "3.14", "3.142", 1},
    {"videor1_rounds_up", "numeric_videor1", "3.14", "3.145", 0},
    {"videor1_thousands", "numeric_videor1", "1,000", "1000", 0},
    {"videor1_percent", "numeric_videor1", "5%", "5", 0},
    {"videor1_small", "numeric_videor1", "0.005", "0.01", 1},
    {"videor1_exponent", "numeric_videor1", "1e2", "100", 1},
    {"videor1_infinity", "numeric_videor1", "inf", "inf", 1},
    {"videor1_nan", "numeric_videor1", "nan", "nan", 0},
    // Ours.
    {"ours_equal", "numeric", "42", "42", 1},
    {"ours_fraction_of_whole", "numeric", "42.0", "42", 1},
    {"ours_whole_is_exact", "numeric", "42.01", "42", 0},
    {"ours_within_a_thousandth", "numeric", "3.143", "3.14", 1},
    {"ours_beyond_a_thousandth", "numeric", "3.15", "3.14", 0},
    {"ours_thousands", "numeric", "1,000", "1000", 1},
    {"ours_percent", "numeric", "5%", "5", 1},
    {"ours_unit", "numeric", "12.5 m", "12.5", 1},
    {"ours_exponent_is_no_decimal", "numeric", "1e2", "100", 0},
    {"ours_infinity", "numeric", "inf", "5", 0},
    {"ours_nan", "numeric", "nan", "5", 0},
    {"ours_negative", "numeric", "-7", "-7", 1},
    // Video-R1's regression, as executed; pitfall 10.
    {"videor1_regression_equal", "regression_videor1", "10", "10", 0.9999999999},
    {"videor1_regression_9", "regression_videor1", "9", "10", 1 - 1.000000001 / 10.000000001},
    {"videor1_regression_12", "regression_videor1", "12", "10", 1 - 2.000000001 / 10.000000001},
    {"videor1_regression_25", "regression_videor1", "25", "10", 0},
    {"videor1_regression_0", "regression_videor1", "0", "10", 0},
    {"videor1_regression_minus_10", "regression_videor1", "-10", "10", 0},
    {"videor1_regression_zero_truth", "regression_videor1", "0", "0", 0},
    {"videor1_regression_nan", "regression_videor1", "nan", "10", 1},
    {"videor1_regression_inf", "regression_videor1", "inf", "10", 0},
    // Ours.
    {"regression_equal", "regression", "10", "10", 1},
    {"regression_9", "regression", "9", "10", 0.9},
    {"regression_12", "regression", "12", "10", 0.8},
    {"regression_25", "regression", "25", "10", 0},
    {"regression_minus_10", "regression", "-10", "10", 0},
    {"regression_zero_truth", "regression", "0", "0", 1},
    {"regression_off_zero", "regression", "0.1", "0", 0},
    {"regression_nan", "regression", "nan", "10", 0},
    {"regression_inf", "regression", "inf", "10", 0},
    // Mean relative accuracy, truth 10; on the boundary (9) strictly below.
    {"mra_10", "mean_relative_accuracy", "10", "10", 1},
    {"mra_9_3", "mean_relative_accuracy", "9.3", "10", 0.9},
    {"mra_9", "mean_relative_accuracy", "9", "10", 0.8},
    {"mra_8_6", "mean_relative_accuracy", "8.6", "10", 0.8},
    {"mra_6_2", "mean_relative_accuracy", "6.2", "10", 0.3},
    {"mra_4", "mean_relative_accuracy", "4", "10", 0},
    // OCR.
    {"ocr_one_word_missing", "ocr", "hello", "hello world", 0.5},
    {"ocr_case", "ocr", "Hello world", "hello world", 0.5},
    {"ocr_one_word_too_many", "ocr", "hello big world", "hello world", 0.5},
    {"ocr_empty_prediction", "ocr", "", "hello world", 0},
    {"ocr_empty_truth", "ocr", "hello", "", 0},
    {"ocr_both_empty", "ocr", "", "", 1},
    {"ocr_equal", "ocr", " hello\nworld ", "hello world", 1},
    {"ocr_twice_too_long", "ocr", "hello world and so on", "hello world", 0},
};

class NumberTable : public testing::TestWithParam<NumberRow> {};
INSTANTIATE_TEST_SUITE_P(Spec39, NumberTable, testing::ValuesIn(kNumbers), test::row_name);

}  // namespace

TEST_P(RougeTable, Scores) {
  const auto& row = GetParam();
  const auto scores = rouge(row.hypothesis, row.reference, /*stem=*/false);
  EXPECT_NEAR(scores.rouge1, row.r1, kPrinted);
  EXPECT_NEAR(scores.rouge2, row.r2, kPrinted);
  EXPECT_NEAR(scores.rouge_l, row.rl, kPrinted);
  EXPECT_NEAR(value("rouge", row.hypothesis, row.reference), row.mean, kPrinted);
}

TEST_P(NumberTable, Value) {
  EXPECT_NEAR(value(GetParam().reward, GetParam().predicted, GetParam().truth), GetParam().value,
              1e-12);
}

// With stems "opens" and "opened" are one word: 5 of 5 and of 7 words, R-1 = 2 * 1 * (5/7) / (12/7)
// = 5/6.
TEST(RougeReward, StemsAreAnOption) {
  EXPECT_NEAR(rouge("the door is opened by a man", "a man opens the door", /*stem=*/true).rouge1,
              5.0 / 6, 1e-12);
  const auto sample = open_question("opens");
  EXPECT_EQ(test::score_one("rouge", sample, test::think_and_answer("opened")).value, 0.0);
  EXPECT_NEAR(test::score_one("rouge", sample, test::think_and_answer("opened"),
                              test::reward_options({"rouge_stemmer=true"}))
                  .value,
              2.0 / 3, 1e-12)
      << "no pair";
  EXPECT_NEAR(test::score_one("rouge_videor1", sample, test::think_and_answer("opened")).value,
              2.0 / 3, 1e-12);
}

TEST(ParseDecimal, PlainDecimalsOnly) {
  EXPECT_EQ(parse_decimal(" 1,234,567.5 kg "), 1234567.5);
  EXPECT_EQ(parse_decimal("42."), 42.0);
  EXPECT_EQ(parse_decimal("+3"), 3.0);
  for (const char* text : {"", "1,23", "12,3456", "1,2345", ".5", "1.2.3", "3 apples and 4", "m 3",
                           "1_0", "--3", "\xD9\xA2"})
    EXPECT_FALSE(parse_decimal(text)) << text;
}

TEST(NumericReward, TolerancesOfTheRecordReplaceOurs) {
  auto sample = open_question("100");
  const auto near = [&](const char* answer) {
    return test::score_one("numeric", sample, test::think_and_answer(answer)).value;
  };
  EXPECT_EQ(near("104"), 0.0);
  sample.record = {{"relative_tolerance", 0.05}};
  EXPECT_EQ(near("104"), 1.0);
  EXPECT_EQ(near("106"), 0.0);
  sample.record = {{"absolute_tolerance", 8}};
  EXPECT_EQ(near("106"), 1.0);
}

// Video-R1 asks the first sample of a batch for the problem type; here every record says its own.
TEST(TextRewards, ProblemTypePicksTheReward) {
  const RewardFunction reward({{"numeric"}, {"regression"}, {"ocr"}, {"rouge"}});
  const auto applicable = [&](std::optional<ProblemType> problem_type) {
    const auto sample = open_question("7", problem_type);
    std::string names;
    const auto scored = reward({.sample = sample, .text = test::think_and_answer("7")});
    for (size_t k = 0; k < reward.terms().size(); ++k)
      if (scored.components[k].applicable) names += reward.terms()[k].name + " ";
    return names;
  };
  EXPECT_EQ(applicable(ProblemType::kNumerical), "numeric ");
  EXPECT_EQ(applicable(ProblemType::kRegression), "regression ");
  EXPECT_EQ(applicable(ProblemType::kOcr), "ocr ");
  EXPECT_EQ(applicable(ProblemType::kFreeForm), "rouge ");
  EXPECT_EQ(applicable(std::nullopt), "numeric regression ocr rouge ");
}

TEST(TextRewards, ATruthThatIsNoNumberIsAnotherKindOfQuestion) {
  EXPECT_FALSE(test::score_one("numeric", open_question("a red ball"), test::think_and_answer("7"))
                   .applicable);
  EXPECT_FALSE(test::score_one("ocr", {.task = data::Task::kYesNo, .answer_text = "yes"},
                               test::think_and_answer("yes"))
                   .applicable);
}

}  // namespace vrlt::rewards
