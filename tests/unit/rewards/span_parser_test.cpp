// The table of spec grpo.md 3.2, our column, and what the algorithm above it says.
#include <gtest/gtest.h>

#include "tests/support/table_case.h"
#include "vrlt/rewards/answer_parser.h"

namespace vrlt::rewards {
namespace {

struct SpanRow {
  const char* name;
  std::string answer;
  std::vector<Interval> spans;
  std::string failure;  ///< Instead of spans; "*" where the table names no reason.
};
VRLT_PRINT_ROW_NAME(SpanRow)

const SpanRow kRows[] = {
    {"to", "12.54 to 17.83", {{12.54, 17.83}}, ""},
    {"capital_to_and_unit", "12.54 To 17.83 seconds", {{12.54, 17.83}}, ""},
    {"units_without_space", "12.54s to 17.83s", {{12.54, 17.83}}, ""},
    {"sentence_with_hyphen", "The event happens in 10.2 - 15.8 seconds", {{10.2, 15.8}}, ""},
    {"en_dash",
     "10.2\xE2\x80\x93"
     "15.8",
     {{10.2, 15.8}},
     ""},
    {"list", "[10.2, 15.8]", {{10.2, 15.8}}, ""},
    {"list_of_lists", "[[10.2, 15.8], [20, 25]]", {{10.2, 15.8}, {20, 25}}, ""},
    {"list_of_tuples", "[(10.2, 15.8), (20, 25)]", {{10.2, 15.8}, {20, 25}}, ""},
    {"two_ranges", "1.5-3.0 5.0-6.0", {{1.5, 3}, {5, 6}}, ""},
    {"minutes", "00:12 - 00:18", {{12, 18}}, ""},
    {"hours", "00:01:10 to 00:01:15.5", {{70, 75.5}}, ""},
    {"clock_beyond_sixty", "1:70 to 2:00", {}, "bad_number"},
    {"json_start_end", R"({"start": 3, "end": 4.5})", {{3, 4.5}}, ""},
    {"json_nan", R"({"start_time": NaN, "end_time": 3})", {}, "bad_json"},
    {"two_ranges_in_words", "from 5 to 9, then 12 to 15", {{5, 9}, {12, 15}}, ""},
    {"negative", "-5 to 18", {}, "negative"},
    {"exponent", "1e2 to 2e2", {}, "bad_number"},
    {"thousands", "1,000 to 1,200", {}, "bad_number"},
    {"inverted_is_returned", "17.83 to 12.54", {{17.83, 12.54}}, ""},
    {"chain", "10 to 20 to 30", {}, "chain"},
    {"one_number", "5", {}, "*"},
    {"nothing", "", {}, "empty"},
    {"list_of_one", "[5]", {}, "*"},
    {"no_separator", "start 3.0s, end 7.0s", {}, "*"},
    // Step 4: what "and" joins and what it separates.
    {"and_between_ranges", "10-20 and 30-40", {{10, 20}, {30, 40}}, ""},
    {"and_joins_two_times", "between 10 and 20", {{10, 20}}, ""},
    {"and_chain", "10 and 20 and 30", {}, "chain"},
    // Step 5: a minus before a number, not after one.
    {"negative_end", "5 to -18", {}, "negative"},
    {"negative_in_list", "[-5, 18]", {}, "negative"},
    // Steps 1 to 3.
    {"code_fence", "```json\n[10.2, 15.8]\n```", {{10.2, 15.8}}, ""},
    {"json_start_time_wins", R"({"start": 1, "end": 2, "start_time": 3, "end_time": 4})", {{3, 4}}, ""},
    {"json_clock_text", R"({"start_time": "1:05", "end_time": "00:01:10.5 s"})", {{65, 70.5}}, ""},
    {"json_infinity", R"({"start_time": 1, "end_time": Infinity})", {}, "bad_json"},
    {"json_text_with_rest", R"({"start_time": "5 or 6", "end_time": 9})", {}, "bad_number"},
    {"json_duplicate_key", R"({"start_time": 1, "start_time": 2, "end_time": 3})", {}, "bad_json"},
    {"json_one_key", R"({"start_time": 1})", {}, "missing_keys"},
    {"empty_list", "[]", {}, "empty"},
    {"list_of_three", "[1, 2, 3]", {}, "bad_pair"},
    // Literals glued to something.
    {"glued_letter", "x12 to 15", {}, "bad_number"},
    {"glued_unit_letters", "12sx to 15", {}, "bad_number"},
    {"percent_is_not_glued", "12% to 15%", {}, "no_range"},
    {"leading_dot", ".5 to 2", {}, "bad_number"},
    {"two_dots", "1.2.3 to 4", {}, "bad_number"},
    {"underscore", "1_0 to 20", {}, "bad_number"},
    {"sentence_end", "From 12 to 15.", {{12, 15}}, ""},
    {"minutes_beyond_sixty_with_hours", "1:60:00 to 2:00:00", {}, "bad_number"},
    {"minutes_may_exceed_sixty", "75:30 to 80:00", {{4530, 4800}}, ""},
    {"full_width_digits_are_no_digits", "\xEF\xBC\x91 to \xEF\xBC\x92", {}, "no_range"},
};

class SpanTable : public testing::TestWithParam<SpanRow> {};
INSTANTIATE_TEST_SUITE_P(Spec32, SpanTable, testing::ValuesIn(kRows), test::row_name);

}  // namespace

TEST_P(SpanTable, Parses) {
  const auto& row = GetParam();
  const auto spans = parse_spans(row.answer);
  if (row.spans.empty()) {
    EXPECT_FALSE(spans);
    EXPECT_NE(spans.failure, "");
    if (row.failure != "*") {
      EXPECT_EQ(spans.failure, row.failure);
    }
    return;
  }
  ASSERT_TRUE(spans) << spans.failure;
  ASSERT_EQ(spans.value->size(), row.spans.size());
  for (size_t i = 0; i < row.spans.size(); ++i) EXPECT_EQ((*spans.value)[i], row.spans[i]) << "span " << i;
}

// Step 6: one span is asked for.
TEST(SingleSpan, RefusesSeveral) {
  EXPECT_EQ(parse_single_span("12 to 15").value, (Interval{12, 15}));
  EXPECT_EQ(parse_single_span("12 to 15, 17 to 18").failure, "multiple_spans");
  EXPECT_EQ(parse_single_span("[[1, 2], [3, 4]]").failure, "multiple_spans");
  EXPECT_EQ(parse_single_span("no idea").failure, "no_range");
}

}  // namespace vrlt::rewards
