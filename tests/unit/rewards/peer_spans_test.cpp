// The peers' columns of the table of docs/spec/rewards.md#spans-of-other-projects: what the answer
// block means to Time-R1 and to VideoChat-R1.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/score_one.h"
#include "tests/support/table_case.h"
#include "vrlt/reading/peers/spans.h"
#include "vrlt/reading/peers/unicode_scan.h"

namespace vrlt::rewards {

using namespace reading::peers;

namespace {

using Span = std::optional<Interval>;

struct PeerSpanRow {
  const char* name;
  std::string answer;
  Span timer1, videochat;
};
VRLT_PRINT_ROW_NAME(PeerSpanRow)

constexpr Interval kSame{12.54, 17.83};

const PeerSpanRow kRows[] = {
    {"to", "12.54 to 17.83", kSame, kSame},
    {"capital_to_and_unit", "12.54 To 17.83 seconds", kSame, kSame},
    {"units_without_space", "12.54s to 17.83s", {}, {}},
    {"sentence_with_hyphen", "The event happens in 10.2 - 15.8 seconds", {}, {}},
    {"en_dash",
     "10.2\xE2\x80\x93"
     "15.8",
     {},
     {}},
    {"list", "[10.2, 15.8]", {}, {}},
    {"list_of_lists", "[[10.2, 15.8], [20, 25]]", {}, {}},
    {"list_of_tuples", "[(10.2, 15.8), (20, 25)]", {}, {}},
    {"two_ranges", "1.5-3.0 5.0-6.0", {}, {}},
    {"minutes", "00:12 - 00:18", {}, {}},
    {"hours", "00:01:10 to 00:01:15.5", Interval{10, 0}, {}},
    {"clock_beyond_sixty", "1:70 to 2:00", Interval{70, 2}, {}},
    {"json_start_end", R"({"start": 3, "end": 4.5})", {}, {}},
    {"json_nan", R"({"start_time": NaN, "end_time": 3})", {}, {}},
    {"two_ranges_in_words", "from 5 to 9, then 12 to 15", Interval{12, 15}, Interval{12, 15}},
    {"negative", "-5 to 18", Interval{5, 18}, Interval{5, 18}},
    {"exponent", "1e2 to 2e2", Interval{2, 2}, Interval{2, 2}},
    {"thousands", "1,000 to 1,200", Interval{0, 1}, Interval{0, 1}},
    {"inverted", "17.83 to 12.54", Interval{17.83, 12.54}, {}},
    {"chain", "10 to 20 to 30", Interval{10, 20}, Interval{10, 20}},
    {"one_number", "5", {}, {}},
    {"nothing", "", {}, {}},
    {"list_of_one", "[5]", {}, {}},
    {"no_separator", "start 3.0s, end 7.0s", {}, {}},
    // Not in the table: what the pattern (digits, dot, digits) (to or and) (the same) does next.
    {"starts_again_behind_a_dot", "1.2.3 to 5", Interval{2.3, 5}, Interval{2.3, 5}},
    {"dot_without_fraction", "12. to 15.", Interval{12, 15}, Interval{12, 15}},
    {"and_joins", "between 10 and 20", Interval{10, 20}, Interval{10, 20}},
    {"two_spaces", "10  to 20", {}, {}},
};

class PeerSpans : public testing::TestWithParam<PeerSpanRow> {};
INSTANTIATE_TEST_SUITE_P(Spec32, PeerSpans, testing::ValuesIn(kRows), test::row_name);

}  // namespace

TEST_P(PeerSpans, TimeR1) {
  EXPECT_EQ(read_timer1_span(test::think_and_answer(GetParam().answer)), GetParam().timer1);
}

// VideoChat-R1's reading shows in its reward: 1 against the span it reads, and unreadable where it
// reads none.
TEST_P(PeerSpans, VideoChatR1) {
  const auto& expected = GetParam().videochat;
  const data::Sample sample{.task = data::Task::kTemporalGrounding,
                            .segments = {expected.value_or(Interval{1, 2})}};
  const auto output =
      test::score_one("temporal_iou_videochat", sample, test::think_and_answer(GetParam().answer));
  EXPECT_EQ(output.reason, expected ? "ok" : "unreadable");
  EXPECT_EQ(output.value, expected && expected->length() > 0 ? 1.0 : 0.0);
}

// TimeZero and VideoChat-R1 take the last answer block.
TEST(PeerSpan, LastBlockCounts) {
  EXPECT_EQ(read_timer1_span("<answer>1 to 2</answer><answer>3 to 4</answer>"), (Interval{3, 4}));
  EXPECT_EQ(read_timer1_span("1 to 2"), std::nullopt);
}

TEST(SeedSpan, ReadsValuesAsPythonDoes) {
  const auto read = [](const std::string& json) {
    return read_seed_span("<answer>" + json + "</answer>");
  };
  EXPECT_EQ(read(R"({"start_time": " 1e1 ", "end_time": 20})"), (Interval{10, 20}));
  EXPECT_EQ(read(R"({"start_time": true, "end_time": "2"})"), (Interval{1, 2}));
  EXPECT_EQ(read(R"({"start_time": null, "end_time": "2"})"), std::nullopt);
  EXPECT_EQ(read(R"({"start_time": "1s", "end_time": "2"})"), std::nullopt);
  EXPECT_EQ(read(R"({"start_time": "1"})"), std::nullopt);
  EXPECT_EQ(read("[1, 2]"), std::nullopt);
}

TEST(MusegItems, EveryItemIsARange) {
  EXPECT_EQ(read_museg_items(" 1.5-3.0\n5-6 "), (std::vector<Interval>{{1.5, 3}, {5, 6}}));
  EXPECT_EQ(read_museg_items("1-2-3"), (std::vector<Interval>{{1, 2}}))
      << "what is behind a second hyphen is not looked at";
  EXPECT_EQ(read_museg_items(""), (std::vector<Interval>{}));
  EXPECT_EQ(read_museg_items("1-2 x"), std::nullopt);
  EXPECT_EQ(read_museg_items("-5-3"), std::nullopt);
}

struct FloatRow {
  const char* name;
  const char* text;
  std::optional<double> value;
};
VRLT_PRINT_ROW_NAME(FloatRow)

// What CPython 3.11's float() returns, or nothing where it raises ValueError.
const FloatRow kFloats[] = {{"integer", "42", 42.0},
                            {"space_around", " \t4.5\n", 4.5},
                            {"ideographic_space",
                             "\xE3\x80\x80"
                             "7",
                             7.0},
                            {"no_whole_part", ".5", 0.5},
                            {"no_fraction", "5.", 5.0},
                            {"plus", "+1", 1.0},
                            {"minus", "-1.5", -1.5},
                            {"exponent", "1e2", 100.0},
                            {"exponent_sign", "1E-2", 0.01},
                            {"underscore", "1_0", 10.0},
                            {"arabic_indic", "\xD9\xA2", 2.0},
                            {"mathematical_bold_three", "\xF0\x9D\x9F\x91", 3.0},
                            {"mathematical_double_struck_three", "\xF0\x9D\x9F\x9B", 3.0},
                            {"beyond_double", "1e999", INFINITY},
                            {"below_double", "1e-999", 0.0},
                            {"infinity", "-Infinity", -INFINITY},
                            {"two_underscores", "1__0", {}},
                            {"underscore_at_end", "1_", {}},
                            {"underscore_at_dot", "1_.5", {}},
                            {"lone_dot", ".", {}},
                            {"two_dots", "1.2.3", {}},
                            {"empty", "", {}},
                            {"exponent_without_digits", "1e", {}},
                            {"space_inside", "1 0", {}},
                            {"hexadecimal", "0x10", {}},
                            {"unit", "5s", {}}};

class PythonFloat : public testing::TestWithParam<FloatRow> {};
INSTANTIATE_TEST_SUITE_P(Float, PythonFloat, testing::ValuesIn(kFloats), test::row_name);
TEST_P(PythonFloat, Value) { EXPECT_EQ(python_float(GetParam().text), GetParam().value); }
TEST(PythonFloatNan, IsNotANumber) { EXPECT_TRUE(std::isnan(python_float(" NaN ").value_or(0))); }

}  // namespace vrlt::rewards
