// Options by the strict grammar of spec benchmarks.md 4.4: the last column of its table 9.4. The right option is B.
#include <gtest/gtest.h>

#include "evaluation/strict_grammar.h"
#include "tests/support/table_case.h"
#include "vrlt/evaluation/benchmark.h"

namespace vrlt::evaluation {
namespace {

const std::vector<std::string> kOptions = {"Open the door.", "Close the box.", "Take the cup.", "Sit on a chair."};

struct OptionRow {
  const char* name;
  std::string response;
  char letter;
  const char* failure;
};
VRLT_PRINT_ROW_NAME(OptionRow)

const OptionRow kRows[] = {
    {"M1", "B", 'B', ""},
    {"M2", "b", 'B', ""},
    {"M3", "(B)", 'B', ""},
    {"M4", "B.", 'B', ""},
    {"M5", "b.", 'B', ""},
    {"M6", "B)", 'B', ""},
    {"M7", "(B", 'B', ""},
    {"M8", "B:", 'B', ""},
    {"M9", " B", 'B', ""},
    {"M10", "\"B\"", 'B', ""},
    {"M11", "B. Close the box.", 'B', ""},
    {"M12", "(B) Close the box.", 'B', ""},
    {"M13", "B. Take the cup.", 0, "conflict"},
    {"M14", "Close the box.", 'B', ""},
    {"M15", "close the box", 'B', ""},
    {"M16", "Option B", 'B', ""},
    {"M17", "Answer: B", 'B', ""},
    {"M18", "The answer is B.", 'B', ""},
    {"M19", "The best answer is: (B)", 'B', ""},
    {"M20", "The correct answer is **B**.", 'B', ""},
    {"M21", "\\boxed{B}", 'B', ""},
    {"M22", "{\"answer\": \"B\"}", 'B', ""},
    {"M23", "I think a person closes it, so B", 0, "no_option"},
    {"M24", "A person closes the box", 0, "no_option"},
    {"M25", "Because the cup is moved", 0, "no_option"},
    {"M26", "Based on the video, the answer is C", 'C', ""},
    {"M27", "A or B", 0, "ambiguous"},
    {"M28", "B, C", 0, "ambiguous"},
    {"M29", "(A) or (B)", 0, "ambiguous"},
    {"M30", "Not (A); the answer is (B)", 0, "ambiguous"},
    {"M31", "E", 0, "letter_out_of_range"},
    {"M32", "2", 0, "no_option"},
    {"M33", "", 0, "empty"},
    {"M34", "None of the above", 0, "no_option"},
    {"M35", "UNKNOWN. I cannot determine the answer from the frames given in this video", 0, "no_option"},
    {"M36", "\xEF\xBC\xA2", 'B', ""},
    {"M37", "B</s>", 'B', ""},
    {"M38", "<think>A? no</think><answer>B</answer>", 'B', ""},
    {"M39", "<think>A? no</think><answer>(B)</answer>", 'B', ""},
    {"M40", "<answer>b</answer>", 'B', ""},
    {"M41", "<think>The answer is A", 0, "unclosed_think"},
    {"M42", "The answer is A person closing the box", 0, "no_option"},
    {"M43", "The answer is B because the lid moves", 'B', ""},
    {"M44", "U.S. flag", 0, "no_option"},
};

class OptionTable : public testing::TestWithParam<OptionRow> {};
INSTANTIATE_TEST_SUITE_P(Spec94, OptionTable, testing::ValuesIn(kRows), test::row_name);

std::string failure_of(const char* zone) { return read_option(zone, kOptions).failure; }

}  // namespace

TEST_P(OptionTable, Scores) {
  const auto& row = GetParam();
  const auto score =
      find_benchmark(data::Task::kMultipleChoice).score({.task = data::Task::kMultipleChoice, .options = kOptions, .answer_option = 1}, row.response);
  EXPECT_EQ(score.reason, *row.failure == '\0' ? "ok" : row.failure);
  EXPECT_EQ(score.parsed.at("option"), *row.failure == '\0' ? io::Json(row.letter - 'A') : io::Json(nullptr));
  ASSERT_EQ(score.metrics.size(), 1U);
  EXPECT_EQ(score.metrics.front().second, row.letter == 'B' ? 1.0 : 0.0);
}

TEST(ReadOption, Rules) {
  EXPECT_EQ(failure_of("A/B"), "ambiguous");
  EXPECT_EQ(failure_of("a & c"), "ambiguous");
  EXPECT_EQ(failure_of("(B) or is the answer is C?"), "ambiguous");
  EXPECT_EQ(failure_of("(E) Close the box."), "letter_out_of_range");
  EXPECT_EQ(failure_of("The answer is Q."), "letter_out_of_range");
  EXPECT_EQ(failure_of(R"({"reply": "B"})"), "no_option");
  EXPECT_EQ(failure_of(R"({"answer": 1})"), "no_option");
  EXPECT_EQ(read_option("```json\n{\"choice\": \"(b)\"}\n```", kOptions).value, 1);
  EXPECT_EQ(read_option("**B**.", kOptions).value, 1);
  EXPECT_EQ(read_option("[c]", kOptions).value, 2);
  EXPECT_EQ(read_option("b) close  the BOX", kOptions).value, 1);
  EXPECT_EQ(read_option("same", {"same", "Same.", "other"}).failure, "ambiguous") << "two options of one text";
}

}  // namespace vrlt::evaluation
