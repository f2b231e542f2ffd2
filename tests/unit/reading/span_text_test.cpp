// Time spans: the rows of docs/spec/rewards.md#spans-of-other-projects, and what the reading says
// of them.
#include <gtest/gtest.h>

#include "tests/support/table_case.h"
#include "vrlt/reading/reading.h"

namespace vrlt::reading {
namespace {

struct SpanRow {
  const char* name;
  std::string answer;
  std::vector<Interval> spans;
  std::string failure;  ///< Instead of spans.
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
    {"clock_beyond_sixty", "1:70 to 2:00", {}, "bad_clock"},
    {"json_start_end", R"({"start": 3, "end": 4.5})", {{3, 4.5}}, ""},
    {"json_nan", R"({"start_time": NaN, "end_time": 3})", {}, "not_finite"},
    {"two_ranges_in_words", "from 5 to 9, then 12 to 15", {{5, 9}, {12, 15}}, ""},
    {"negative", "-5 to 18", {}, "negative"},
    {"exponent", "1e2 to 2e2", {}, "bad_number"},
    {"thousands", "1,000 to 1,200", {}, "bad_number"},
    {"inverted_is_returned", "17.83 to 12.54", {{17.83, 12.54}}, ""},
    {"chain", "10 to 20 to 30", {}, "chain"},
    {"one_number", "5", {}, "no_span"},
    {"nothing", "", {}, "empty"},
    {"list_of_one", "[5]", {}, "no_span"},
    {"start_and_end_in_words", "start 3.0s, end 7.0s", {{3, 7}}, ""},
    // Step 4: what "and" joins and what it separates.
    {"and_between_ranges", "10-20 and 30-40", {{10, 20}, {30, 40}}, ""},
    {"and_joins_two_times", "between 10 and 20", {{10, 20}}, ""},
    {"and_chain", "10 and 20 and 30", {}, "chain"},
    // Step 5: a minus before a number, not after one.
    {"negative_end", "5 to -18", {}, "negative"},
    {"negative_in_list", "[-5, 18]", {}, "negative"},
    // Steps 1 to 3.
    {"code_fence", "```json\n[10.2, 15.8]\n```", {{10.2, 15.8}}, ""},
    {"json_every_start_with_every_end",
     R"({"start": 1, "start_time": 3, "end": 5})",
     {{1, 5}, {3, 5}},
     ""},
    {"json_clock_text", R"({"start_time": "1:05", "end_time": "00:01:10.5 s"})", {{65, 70.5}}, ""},
    {"json_infinity", R"({"start_time": 1, "end_time": Infinity})", {}, "not_finite"},
    {"json_text_with_rest", R"({"start_time": "5 or 6", "end_time": 9})", {}, "bad_json_value"},
    {"json_duplicate_key",
     R"({"start_time": 1, "start_time": 2, "end_time": 3})",
     {{1, 3}, {2, 3}},
     ""},
    {"json_one_key", R"({"start_time": 1})", {}, "missing_key"},
    {"empty_list", "[]", {}, "no_span"},
    {"list_of_three", "[1, 2, 3]", {}, "bad_pair"},
    // Literals glued to something.
    {"glued_letter", "x12 to 15", {}, "no_span"},
    {"glued_unit_letters", "12sx to 15", {}, "bad_number"},
    {"shares", "12% to 15%", {}, "bad_unit"},
    {"leading_dot", ".5 to 2", {{.5, 2}}, ""},
    {"two_dots", "1.2.3 to 4", {}, "bad_number"},
    {"underscore", "1_0 to 20", {}, "bad_number"},
    {"sentence_end", "From 12 to 15.", {{12, 15}}, ""},
    {"minutes_beyond_sixty_with_hours", "1:60:00 to 2:00:00", {}, "bad_clock"},
    {"minutes_may_exceed_sixty", "75:30 to 80:00", {{4530, 4800}}, ""},
    {"full_width_digits", "\xEF\xBC\x91 to \xEF\xBC\x92", {{1, 2}}, ""},
    // Worked examples.
    {"ordinal_beside_a_range", "In the 3rd scene, from 12 to 18", {{12, 18}}, ""},
    {"remark_between", "from 12 (he sits down) to 18", {{12, 18}}, ""},
    {"minus_behind_a_time_separates",
     "12\xE2\x88\x92"
     "18",
     {{12, 18}},
     ""},
    {"minus_before_a_time_is_a_sign",
     "\xE2\x88\x92"
     "12 to 18",
     {},
     "negative"},
    {"other_keys_are_not_scanned",
     R"({"event": "folds it from 1 to 2", "start": 12, "end": 18})",
     {{12, 18}},
     ""},
    {"run_of_four_is_cut_at_and", "12-18 and 20-25", {{12, 18}, {20, 25}}, ""},
    // Objects and lists.
    {"clock_in_an_object", R"({"start": "00:12", "end": "17.5 s"})", {{12, 17.5}}, ""},
    {"list_under_a_key", R"({"segments": [[1, 2], [3, 4]]})", {{1, 2}, {3, 4}}, ""},
    {"list_of_objects",
     R"([{"start": 1, "end": 2}, {"start": 3, "end": 4}])",
     {{1, 2}, {3, 4}},
     ""},
    {"object_in_prose", R"(It is {"start": 1, "end": 2}, I think.)", {{1, 2}}, ""},
    {"object_cut_off", R"({"start": 1, "end": 2)", {}, "bad_json"},
    {"cut_off_beside_a_range", R"(3 to 4 {"start": 1, "end": 2)", {}, "bad_json"},
    {"negative_in_an_object", R"({"start": -1, "end": 2})", {}, "negative"},
    {"exponent_in_an_object", R"({"start": 1e1, "end": 2e1})", {{10, 20}}, ""},
    {"infinite_exponent", "[1, 1e999]", {}, "not_finite"},
    {"inner_list_of_one", "[[1, 2], [3]]", {}, "bad_pair"},
    {"two_words_are_text", R"(["a", "b"] 1 to 2)", {{1, 2}}, ""},
    // Units.
    {"minutes_lent", "4 to 6 minutes", {{240, 360}}, ""},
    {"sum_of_units", "1 min 5 s to 1 h 2 min 3 s", {{65, 3723}}, ""},
    {"plain_end_behind_minutes", "1 min to 20", {}, "bad_unit"},
    {"bad_unit_beside_a_range", "10% to 20% of it, 12 to 18 s", {{12, 18}}, ""},
    {"chinese",
     "\xE4\xBB\x8E"
     "12\xE7\xA7\x92\xE5\x88\xB0"
     "18\xE7\xA7\x92",
     {{12, 18}},
     ""},
    // What is no range.
    {"bare_pair", "12, 18", {}, "no_span"},
    {"glued_to", "12to18", {}, "no_span"},
    {"two_points", "12 .. 18", {}, "no_span"},
    {"date", "2020-01-02", {}, "no_span"},
    {"tied_word", "scene-3 to 5", {}, "no_span"},
    {"end_before_start", "end: 18, start: 12", {}, "no_span"},
};

class SpanTable : public testing::TestWithParam<SpanRow> {};
INSTANTIATE_TEST_SUITE_P(Spec32, SpanTable, testing::ValuesIn(kRows), test::row_name);

}  // namespace

TEST_P(SpanTable, Reads) {
  const auto& row = GetParam();
  const auto text = "<answer>" + row.answer + "</answer>";
  const auto spans = read_spans({.text = text}, /*several=*/true);
  EXPECT_EQ(spans.value.value_or(Spans{}), row.spans);
  EXPECT_EQ(to_string(spans.reason), row.failure.empty() ? "ok" : row.failure);
}

TEST(OneSpan, RefusesSeveral) {
  const auto reason = [](const char* answer) {
    return to_string(read_spans({.text = answer}, /*several=*/false).reason);
  };
  EXPECT_EQ(reason("12 to 15"), "ok");
  EXPECT_EQ(reason("12 to 15, 17 to 18"), "ambiguous");
  EXPECT_EQ(reason("12 to 15, 12 to 15"), "ok") << "equal spans are one";
  EXPECT_EQ(reason("[[1, 2], [3, 4]]"), "ambiguous");
  EXPECT_EQ(reason("no idea"), "no_span");
}

TEST(ManySpans, AreAtMostSixtyFour) {
  std::string text;
  for (int i = 0; i < 64; ++i)
    text += std::to_string(2 * i) + " to " + std::to_string(2 * i + 1) + ", ";
  const auto all = "<answer>" + text + "</answer>";
  EXPECT_EQ(read_spans({.text = std::string_view(all)}, true).value.value_or(Spans{}).size(), 64u);
  const auto more = "<answer>" + text + "900 to 901</answer>";
  EXPECT_EQ(read_spans({.text = more}, true).reason, Reason::kTooMany);
}

}  // namespace vrlt::reading
