// How an option is named (docs/spec/reading.md#letters).
#include <gtest/gtest.h>

#include "tests/support/table_case.h"
#include "vrlt/reading/credit.h"

namespace vrlt::reading {
namespace {

const std::vector<std::string> kOptions = {"He peels an apple.", "She waters the plants.",
                                           "They fold a map.", "Nobody is there."};

struct ChoiceRow {
  const char* name;
  const char* answer;
  const char* expected;  ///< A letter or a reason.
  bool block = true;
};
VRLT_PRINT_ROW_NAME(ChoiceRow)

std::string read(const std::string& text, const std::vector<std::string>& options = kOptions) {
  const auto option = read_choice({.text = text}, options);
  return option ? std::string(1, static_cast<char>('A' + *option))
                : std::string(to_string(option.reason));
}

const ChoiceRow kRows[] = {
    // Worked examples.
    {"letter_and_text_in_bold", "**C.** They fold a map.", "C"},
    {"negated_beside_announced_in_a_block", "Not (A); the answer is (C).", "ambiguous"},
    {"negated_beside_announced_in_free_text", "Not (A); the answer is (C).", "C", false},
    {"explained", "C. They fold a map.\nOption A is out, and B shows no water.", "C"},
    {"article", "The answer is A person with a map", "no_option"},
    {"object_of_two_minds", R"({"option": "C", "answer": "D"})", "conflict"},
    // Hedges pay nothing.
    {"b_or_c", "The answer is B or C.", "ambiguous"},
    {"b_slash_c", "B/C", "ambiguous"},
    {"all", "(A)(B)(C)(D)", "ambiguous"},
    {"not_d", "C, not D", "ambiguous"},
    {"only_not", "not C", "negated"},
    {"is_wrong", "C is wrong", "negated"},
    {"i_think", "I think C", "no_option"},
    {"question_mark", "C?", "no_option"},
    {"two_lines", "C\nD", "ambiguous"},
    {"or_on_the_next_line", "C\nor D", "ambiguous"},
    {"other_text", "C. Nobody is there.", "conflict"},
    {"text_or_letter", "C. They fold a map. or D", "ambiguous"},
    // Forms.
    {"lead_in", "So, the correct answer is: C", "C"},
    {"lower_case_at_the_end", "final answer: c", "C"},
    {"option_word", "Option C", "C"},
    {"because", "C because the paper gets smaller", "C"},
    {"said_right", "(C) is the best choice.", "C"},
    {"words", "they  FOLD\na map!", "C"},
    {"words_in_a_sentence", "They fold a map, slowly", "no_option"},
    {"named_in_full", "The task shown here is C. They fold a map.", "C"},
    {"list_number", "2) C", "C"},
    {"object", R"j({"final answer": "(C)"})j", "C"},
    {"list", R"(["A", "C"])", "ambiguous"},
    {"object_beside_another_letter", R"(The answer is D. {"answer": "C"})", "ambiguous"},
    {"object_without_key", R"({"reply": "C"})", "missing_key"},
    {"object_cut_off", R"({"option": "C")", "bad_json"},
    {"number_for_an_option", R"({"answer": 3})", "bad_json_value"},
    {"beyond_the_options", "E", "letter_out_of_range"},
    {"chinese",
     "\xE7\xAD\x94\xE6\xA1\x88\xE4\xB8\xBA"
     "C",
     "C"},
    {"boxes_that_differ", "\\boxed{A} or \\boxed{C}", "ambiguous"},
    {"box_never_closed", "\\boxed{C", "unclosed_answer"},
    {"last_phrase", "Answer: A\nAnswer: C", "ambiguous", false},
    {"phrase_that_leads_nowhere", "The answer is C. The answer is easy to see.", "C", false},
};

class ChoiceReading : public testing::TestWithParam<ChoiceRow> {};
INSTANTIATE_TEST_SUITE_P(Forms, ChoiceReading, testing::ValuesIn(kRows), test::row_name);

}  // namespace

TEST_P(ChoiceReading, Names) {
  const auto& row = GetParam();
  EXPECT_EQ(read(row.block ? std::string("<answer>") + row.answer + "</answer>" : row.answer),
            row.expected);
}

TEST(ChoiceReading, OptionsThatLookLikeLetters) {
  EXPECT_EQ(read("<answer>A</answer>", {"B", "A", "D", "C"}), "B") << "the text before the letter";
  EXPECT_EQ(read("<answer>(A)</answer>", {"B", "A", "D", "C"}), "A");
  EXPECT_EQ(read("<answer>(a)(c)(b)</answer>", {"(b)(a)(c)", "(a)(c)(b)", "(c)(b)(a)"}), "B");
  EXPECT_EQ(read("<answer>B. Plan B is chosen.</answer>",
                 {"Vitamin C is added.", "Plan B is chosen.", "None of the above."}),
            "B");
  EXPECT_EQ(read("<answer>3</answer>", {"2", "3", "4"}), "B");
}

TEST(ChoiceReading, LongFreeTextMustAnnounceItsAnswer) {
  std::string reasoning;
  while (reasoning.size() < 700)
    reasoning += "The sheet is spread out and smoothed with both hands. ";
  EXPECT_EQ(read(reasoning + "(C)"), "no_answer");
  EXPECT_EQ(read(reasoning + "The answer is C."), "C");
  EXPECT_EQ(read(reasoning + "\n\n**C**"), "C") << "a line of its own at the end";
  EXPECT_EQ(read("C. They fold a map.\n\n" + reasoning), "C");
}

TEST(OptionCredit, EqualTextsAreEitherRight) {
  const std::vector<std::string> boats = {"A boat.", "A train.", "a boat"};
  EXPECT_EQ(option_credit(0, 2, boats).value, 1.0);
  EXPECT_EQ(option_credit(1, 2, boats).reason, Reason::kWrong);
  EXPECT_EQ(option_credit(Reason::kNegated, 2, boats).reason, Reason::kNegated);
}

}  // namespace vrlt::reading
