// The tables of docs/spec/rewards.md#multiple-choice, every column: the right option is B.
#include <gtest/gtest.h>

#include "tests/support/score_one.h"
#include "tests/support/table_case.h"
#include "vrlt/rewards/reward_table.h"

namespace vrlt::rewards {
namespace {

struct ChoiceRow {
  const char* name;
  std::string answer;
  double ours, videor1, videochat, seed_eval;
};
VRLT_PRINT_ROW_NAME(ChoiceRow)

const std::vector<std::string> kOptions = {"The man inside the car", "A drone in the sky",
                                           "A woman on the road", "A tree in the grass"};

const ChoiceRow kAnswers[] = {
    {"letter", "B", 1, 1, 1, 1},
    {"letter_in_white_space", " B\n", 1, 1, 1, 1},
    {"parentheses", "(B)", 1, 0, 1, 1},
    {"dot", "B.", 1, 0, 1, 1},
    {"closing_parenthesis", "B)", 1, 0, 1, 1},
    {"bold", "**B**", 1, 0, 1, 1},
    {"boxed", "\\boxed{B}", 1, 0, 1, 1},
    {"lower_case", "b", 1, 0, 0, 1},
    {"json_option", R"({"option": "B"})", 1, 0, 1, 1},
    {"json_option_parentheses", R"j({"option": "(B)"})j", 1, 0, 1, 1},
    {"json_answer_with_text", R"({"answer": "B. A drone in the sky"})", 1, 0, 1, 1},
    {"letter_and_text", "B. A drone in the sky", 1, 0, 1, 1},
    {"parentheses_and_text", "(B) A drone in the sky", 1, 0, 1, 1},
    {"text", "A drone in the sky", 1, 0, 0, 0},
    {"text_lower_case_with_dot", "a drone in the sky.", 1, 0, 0, 0},
    {"the_answer_is", "The answer is B", 1, 0, 1, 1},
    {"the_answer_is_parentheses", "The answer is (B).", 1, 0, 1, 1},
    {"the_best_answer_is", "The best answer is: B", 1, 0, 1, 1},
    {"option_word", "Option B", 1, 0, 1, 1},
    {"answer_colon", "Answer: B", 1, 0, 0, 1},
    {"a_or_b", "A or B", 0, 0, 0, 0},
    {"a_comma_b", "A, B", 0, 0, 0, 0},
    {"a_dot_b", "A. B", 0, 0, 0, 0},
    {"all_letters", "A B C D", 0, 0, 0, 0},
    {"all_in_parentheses", "(A)(B)(C)(D)", 0, 0, 0, 0},
    {"b_not_a", "B, not A", 0, 0, 1, 1},
    {"not_b", "not B", 0, 0, 1, 1},
    {"because_a_is_wrong", "It is B because A is wrong", 0, 0, 1, 1},
    {"i_think", "I think B", 0, 0, 1, 1},
    {"both", "Both", 0, 0, 1, 0},
    {"four_b", "BBBB", 0, 0, 1, 0},
    {"because", "Because a drone", 0, 0, 1, 0},
    {"broken_json", "{\"option\": \"B\"", 0, 0, 1, 1},
    {"html", "<b>B</b>", 1, 0, 1, 1},
    {"wrong_letter_right_text", "D. A drone in the sky", 0, 0, 0, 0},
    {"letter_beyond_options", "E", 0, 0, 0, 0},
    {"letter_far_beyond_options", "F", 0, 0, 0, 0},
    {"two_letters", "AB", 0, 0, 0, 0},
    {"wrong", "A", 0, 0, 0, 0},
    {"part_of_a_text", "The drone", 0, 0, 0, 0},
    {"empty", "", 0, 0, 0, 0},
};

const ChoiceRow kResponses[] = {
    {"no_tags", "B", 1, 0, 0, 1},
    {"two_answers_right_last", "<answer>A</answer><answer>B</answer>", 1, 0, 0, 0},
    {"two_answers_right_first", "<answer>B</answer><answer>A</answer>", 0, 1, 1, 1},
    {"answer_inside_thinking", "<think>maybe <answer>B</answer></think><answer>A</answer>", 0, 1, 1,
     1},
    {"cut_off", "<think>t</think><answer>B", 0, 0, 0, 1},
};

void expect_row(const std::string& response, const ChoiceRow& row) {
  const data::Sample sample{
      .task = data::Task::kMultipleChoice, .options = kOptions, .answer_option = 1};
  EXPECT_EQ(test::score_one("choice", sample, response).value, row.ours);
  EXPECT_EQ(test::score_one("choice_videor1", sample, response).value, row.videor1);
  EXPECT_EQ(test::score_one("choice_videochat", sample, response).value, row.videochat);
  EXPECT_EQ(test::score_one("choice_seed_eval", sample, response).value, row.seed_eval);
}

class ChoiceAnswers : public testing::TestWithParam<ChoiceRow> {};
class ChoiceResponses : public testing::TestWithParam<ChoiceRow> {};
INSTANTIATE_TEST_SUITE_P(Spec35, ChoiceAnswers, testing::ValuesIn(kAnswers), test::row_name);
INSTANTIATE_TEST_SUITE_P(Spec35, ChoiceResponses, testing::ValuesIn(kResponses), test::row_name);

}  // namespace

TEST_P(ChoiceAnswers, EveryColumn) {
  expect_row(test::think_and_answer(GetParam().answer), GetParam());
}
TEST_P(ChoiceResponses, EveryColumn) { expect_row(GetParam().answer, GetParam()); }

TEST(ChoiceReward, NamesTheFailure) {
  const data::Sample sample{
      .task = data::Task::kMultipleChoice, .options = kOptions, .answer_option = 1};
  const auto reason = [&](const char* answer) {
    return test::score_one("choice", sample, test::think_and_answer(answer)).reason;
  };
  EXPECT_EQ(reason("(A) or (B)"), "ambiguous");
  EXPECT_EQ(reason("E"), "letter_out_of_range");
  EXPECT_EQ(reason("{\"option\": \"B\""), "bad_json");
  EXPECT_EQ(reason(R"({"option": 1})"), "bad_json_value");
  EXPECT_EQ(reason("none"), "no_option");
  EXPECT_EQ(reason("The answer isn't (B)"), "negated");
  EXPECT_EQ(reason("A"), "wrong");
  EXPECT_EQ(reason("B"), "ok");
}

// The first of equal texts is read, and each of them is right.
TEST(ChoiceReward, EitherOfTwoEqualOptionsIsRight) {
  const data::Sample sample{.task = data::Task::kMultipleChoice,
                            .options = {"same", "other", "Same."},
                            .answer_option = 2};
  for (const char* answer : {"A", "C", "same", "SAME."})
    EXPECT_EQ(test::score_one("choice", sample, test::think_and_answer(answer)).value, 1.0)
        << answer;
  EXPECT_EQ(test::score_one("choice", sample, test::think_and_answer("other")).value, 0.0);
}

// Pitfall 9: without a quoted letter the seed's evaluation reads the thinking, here the article
// "a".
TEST(ChoiceSeedEval, ReadsTheThinkingText) {
  const data::Sample sample{
      .task = data::Task::kMultipleChoice, .options = kOptions, .answer_option = 1};
  const std::string thinking = "<think>it is a drone</think>";
  EXPECT_EQ(test::score_one("choice_seed_eval", sample, thinking + "<answer>B</answer>").value,
            0.0);
  EXPECT_EQ(
      test::score_one("choice_seed_eval", sample, thinking + R"(<answer>{"option": "B"}</answer>)")
          .value,
      1.0);
  EXPECT_EQ(test::score_one("choice", sample, thinking + "<answer>B</answer>").value, 1.0);
}

}  // namespace vrlt::rewards
