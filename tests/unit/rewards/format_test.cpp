// The table of docs/spec/rewards.md#layouts, every column: truth (2, 15) s.
#include <gtest/gtest.h>

#include "tests/support/score_one.h"
#include "tests/support/table_case.h"
#include "vrlt/reading/peers/answer_block.h"
#include "vrlt/rewards/answer_layout.h"
#include "vrlt/rewards/reward_function.h"

namespace vrlt::rewards {

using namespace reading::peers;

namespace {

struct FormatRow {
  const char* name;
  std::string text;
  double seed_format, seed_iou, generic, generic_trimmed, strict, iou;
};
VRLT_PRINT_ROW_NAME(FormatRow)

const std::string kJson = R"({"start_time": "2.7", "end_time": "15.0"})";
constexpr double kIou = 12.3 / 13.0;  // (2.7, 15) in (2, 15): 0.946154

std::string json(const std::string& start, const std::string& end) {
  return R"({"start_time": ")" + start + R"(", "end_time": ")" + end + "\"}";
}
std::string response(const std::string& answer) {
  return "<think>a</think><answer>" + answer + "</answer>";
}

data::Sample sample() {
  return {.task = data::Task::kTemporalGrounding, .duration = 30.0, .segments = {{2.0, 15.0}}};
}
double reward(const char* name, const std::string& text) {
  return test::score_one(name, sample(), text).value;
}

const FormatRow kRows[] = {
    {"Row01_plain", response(kJson), 1, kIou, 1, 1, 1, kIou},
    {"Row02_newlines", "<think>a</think>\n\n<answer>\n" + kJson + "\n</answer>", 1, kIou, 1, 1, 1,
     kIou},
    {"Row03_empty_thinking", "<think></think><answer>" + kJson + "</answer>", 1, kIou, 1, 1, 0,
     kIou},
    {"Row04_trailing_newline", response(kJson) + "\n", 0, kIou, 0, 1, 1, kIou},
    {"Row05_leading_space", " " + response(kJson), 0, kIou, 0, 1, 1, kIou},
    {"Row06_leading_x", "x" + response(kJson), 0, kIou, 0, 0, 0, kIou},
    {"Row07_text_between", "<think>a</think> so <answer>" + kJson + "</answer>", 0, kIou, 0, 0, 0,
     kIou},
    {"Row08_no_thinking", "<answer>" + kJson + "</answer>", 0, kIou, 0, 0, 0, kIou},
    {"Row09_think_not_closed", "<think>a<answer>" + kJson + "</answer>", 0, kIou, 0, 0, 0, kIou},
    {"Row10_numbers_unquoted", response(R"({"start_time": 2.7, "end_time": 15.0})"), 0, kIou, 1, 1,
     1, kIou},
    {"Row11_keys_reversed", response(R"({"end_time": "15.0", "start_time": "2.7"})"), 0, kIou, 1, 1,
     1, kIou},
    {"Row12_extra_key", response(R"({"start_time": "2.7", "end_time": "15.0", "note": "x"})"), 0,
     kIou, 1, 1, 1, kIou},
    {"Row13_code_fence", response("```json\n" + kJson + "\n```"), 0, 0, 1, 1, 1, kIou},
    {"Row14_units", response(json("2.7s", "15.0s")), 0, 0, 1, 1, 1, kIou},
    {"Row15_two_dots", response(json("1.2.3", "15.0")), 1, 0, 1, 1, 0, 0},
    {"Row16_lone_dot", response(json(".", "15.0")), 1, 0, 1, 1, 0, 0},
    {"Row17_negative", response(json("-1", "15")), 0, 13.0 / 16.0, 1, 1, 0, 0},
    {"Row18_nan", response(json("nan", "15.0")), 0, 0, 1, 1, 0, 0},
    {"Row19_underscore", response(json("1_0", "15.0")), 0, 5.0 / 13.0, 1, 1, 0, 0},
    {"Row20_inverted", response(json("15.0", "2.7")), 1, 0, 1, 1, 1, 0},
    {"Row21_second_think_and_answer", response("junk") + response(kJson), 1, 0, 1, 1, 0, kIou},
    {"Row22_two_answers", response(kJson) + "<answer>" + kJson + "</answer>", 0, kIou, 1, 1, 0,
     kIou},
    {"Row23_ideographic_space_between",
     "<think>a</think>\xE3\x80\x80<answer>" + kJson + "</answer>", 1, kIou, 1, 1, 0, kIou},
    {"Row24_arabic_indic_digit", response(json("\xD9\xA2", "15.0")), 1, 1.0, 1, 1, 0, 0},
    {"Row25_upper_case_tags", "<THINK>a</THINK><ANSWER>" + kJson + "</ANSWER>", 0, 0, 0, 0, 0,
     kIou},
};

class FormatTable : public testing::TestWithParam<FormatRow> {};
INSTANTIATE_TEST_SUITE_P(Spec31, FormatTable, testing::ValuesIn(kRows), test::row_name);

}  // namespace

TEST_P(FormatTable, SeedFormat) {
  EXPECT_EQ(reward("format_seed_tvg", GetParam().text), GetParam().seed_format);
}
TEST_P(FormatTable, SeedIou) {
  EXPECT_NEAR(reward("temporal_iou_seed", GetParam().text), GetParam().seed_iou, 1e-12);
}
TEST_P(FormatTable, Generic) {
  EXPECT_EQ(reward("format_generic", GetParam().text), GetParam().generic);
}
TEST_P(FormatTable, GenericTrimmed) {
  EXPECT_EQ(reward("format_generic_trimmed", GetParam().text), GetParam().generic_trimmed);
}
TEST_P(FormatTable, StrictFormat) {
  EXPECT_EQ(reward("format", GetParam().text), GetParam().strict);
}
TEST_P(FormatTable, SeedTotal) {
  const auto& row = GetParam();
  const auto truth = sample();
  EXPECT_NEAR(RewardFunction({{"seed_tvg"}})({.sample = truth, .text = row.text}).total,
              0.5 * row.seed_iou + 0.5 * row.seed_format, 1e-12);
}
TEST_P(FormatTable, Iou) {
  EXPECT_NEAR(reward("temporal_iou", GetParam().text), GetParam().iou, 1e-12);
}  // double rounding of two operations

// format_tags leaves the answer's content alone, so junk that no parser reads passes.
TEST(StrictFormat, TagsAloneDoNotReadTheAnswer) {
  EXPECT_EQ(reward("format_tags", response("junk")), 1.0);
  EXPECT_EQ(reward("format", response("junk")), 0.0);
  EXPECT_EQ(reward("format_tags", response(kJson) + "x"), 0.0);
}

TEST(StrictFormat, WithoutThinkingWantsTheAnswerAlone) {
  const auto ok = [](const char* text) {
    return has_layout(text, /*think=*/false, data::AnswerTags::kAnswer);
  };
  EXPECT_TRUE(ok("<answer>B</answer>"));
  EXPECT_TRUE(ok("\n <answer> B </answer>\n"));
  EXPECT_FALSE(ok("<think>a</think><answer>B</answer>"));
  EXPECT_FALSE(ok("<answer> </answer>"));
  EXPECT_FALSE(ok("</answer><answer>"));
  EXPECT_FALSE(ok("B"));
  EXPECT_FALSE(ok("<answer>B</answer>."));
}

TEST(StrictFormat, TagsInTheWrongOrder) {
  const auto ok = [](const char* text) {
    return has_layout(text, /*think=*/true, data::AnswerTags::kAnswer);
  };
  EXPECT_TRUE(ok("<think>a</think><answer>B</answer>"));
  EXPECT_FALSE(ok("<answer>B</answer><think>a</think>"));
  EXPECT_FALSE(ok("<think>a<answer>B</answer></think>"));
  EXPECT_FALSE(ok("</think>a<think><answer>B</answer>"));
  EXPECT_FALSE(ok("<think>a</think>"));
  EXPECT_FALSE(ok(""));
}

// What the prompts of evaluations ask for, said as they ask for it.
TEST(AskedLayout, FollowsThePrompt) {
  const auto ok = [](const char* prompt, const char* text) {
    return has_asked_layout(text, data::find_prompt(prompt));
  };
  EXPECT_TRUE(ok("p_mvb_lmms", "(B)")) << "the letter directly";
  EXPECT_FALSE(ok("p_mvb_lmms", "<answer>B</answer>"));
  EXPECT_FALSE(ok("p_mvb_lmms", " "));
  EXPECT_TRUE(ok("p_gqa_vcr1", "<think>a</think><answer>A</answer><glue>[(5.2, 10.4)]</glue>"));
  EXPECT_TRUE(
      ok("p_gqa_vcr1", "<think>a</think>\n<answer>A</answer>\n<glue>[(5.2, 10.4)]</glue>\n"));
  EXPECT_FALSE(ok("p_gqa_vcr1", "<think>a</think><answer>A</answer>"));
  EXPECT_FALSE(ok("p_gqa_vcr1", "<think>a</think><answer>A</answer><glue> </glue>"));
  EXPECT_TRUE(ok("auto_think", "<think>a</think><answer>A</answer>"));
  EXPECT_FALSE(ok("auto_think", "<answer>A</answer>"));
  EXPECT_TRUE(ok("auto_answer", "<answer>A</answer>"));
}

TEST(AskedFormat, IsTheLayoutOfThePromptAndAReadableAnswer) {
  const auto truth = sample();
  const auto value = [&](const char* prompt, const char* text) {
    return RewardFunction({{"format_asked", 1.0}})(
               {.sample = truth, .text = text, .prompt = &data::find_prompt(prompt)})
        .components[0];
  };
  EXPECT_EQ(value("p_tvg_lmms", "The event happens in the 2.0 - 15.0 seconds.").value, 1.0);
  EXPECT_EQ(value("p_tvg_lmms", "no idea").reason, "no_span");
  EXPECT_EQ(value("p_tvg_t1", "2.0 to 15.0").reason, "format");
  EXPECT_FALSE(test::score_one("format_asked", truth, "2 to 15").applicable)
      << "nobody knows the prompt";
}

// An answer cut off by the length limit has no reward; the reason says which tag is missing.
TEST(OnlyAnswerBlock, NamesWhatIsWrong) {
  EXPECT_EQ(only_answer_block("<think>t</think><answer>B</answer>").content, "B");
  EXPECT_EQ(only_answer_block("B").reason, reading::Reason::kNoAnswer);
  EXPECT_EQ(only_answer_block("<think>t</think><answer>B").reason,
            reading::Reason::kUnclosedAnswer);
  EXPECT_EQ(only_answer_block("<answer>A</answer><answer>B</answer>").reason,
            reading::Reason::kMultipleAnswerTags);
  EXPECT_EQ(only_answer_block("<answer>A</answer></answer>").reason,
            reading::Reason::kMultipleAnswerTags);
}

}  // namespace vrlt::rewards
