// Time spans by the strict grammar of spec benchmarks.md 4.1-4.3; its table of edge cases is in tests/golden/evaluation.
#include <gtest/gtest.h>

#include "evaluation/strict_grammar.h"

namespace vrlt::evaluation {
namespace {

std::string failure_of(const char* zone) { return read_spans(zone).failure; }
std::vector<Interval> spans_of(const char* zone) { return read_spans(zone).value.value_or(std::vector<Interval>{}); }

using Spans = std::vector<Interval>;

}  // namespace

// 9.3, and the note below 9.1: several spans, as a task with several truths reads them.
TEST(ReadSpans, Several) {
  EXPECT_EQ(spans_of("5 - 8, 12 - 18"), (Spans{{5, 8}, {12, 18}}));
  EXPECT_EQ(spans_of("12 - 18 and 22 - 25"), (Spans{{12, 18}, {22, 25}}));
  EXPECT_EQ(spans_of("[(2, 4), (10, 20)]"), (Spans{{2, 4}, {10, 20}}));
  EXPECT_EQ(spans_of("[(12, 18),]"), (Spans{{12, 18}}));
  EXPECT_EQ(failure_of("[]"), "no_span");
  EXPECT_EQ(spans_of("[(12,18), (12,18)]"), (Spans{{12, 18}})) << "repeated spans are one";
  EXPECT_EQ(spans_of("[[12, 18]]"), (Spans{{12, 18}}));
  EXPECT_EQ(spans_of("(12, 18)"), (Spans{{12, 18}}));
  EXPECT_EQ(spans_of("[ (12, 18) ]"), (Spans{{12, 18}}));
  EXPECT_EQ(failure_of("[(18, 12)]"), "inverted");
  EXPECT_EQ(failure_of("[(-1, 5)]"), "negative");
  EXPECT_EQ(failure_of("[(12.5s, 18)]"), "no_span");
  EXPECT_EQ(failure_of("[(nan, 18)]"), "no_span");
  EXPECT_EQ(spans_of("12-18"), (Spans{{12, 18}}));
}

TEST(ReadSpans, Json) {
  EXPECT_EQ(spans_of(R"({"start": "00:12", "end": "17.5 s"})"), (Spans{{12, 17.5}}));
  EXPECT_EQ(spans_of(R"({"segments": [[1, 2], [3, 4]]})"), (Spans{{1, 2}, {3, 4}}));
  EXPECT_EQ(spans_of(R"([{"start": 1, "end": 2}, {"start": 3, "end": 4}])"), (Spans{{1, 2}, {3, 4}}));
  EXPECT_EQ(spans_of("```json\n{\"time\": [1, 2]}\n```"), (Spans{{1, 2}}));
  EXPECT_EQ(failure_of(R"({"moment": [1, 2]})"), "missing_key");
  EXPECT_EQ(failure_of("[1, 2, 3]"), "bad_json_value");
  EXPECT_EQ(failure_of(R"({"start": true, "end": 2})"), "bad_json_value");
  EXPECT_EQ(failure_of(R"({"start": "inf", "end": 2})"), "not_finite");
  EXPECT_EQ(failure_of(R"({"start": "1:75", "end": 200})"), "bad_clock");
}

TEST(ReadSpans, ClocksAndContext) {
  EXPECT_EQ(failure_of("1:70 to 2:00"), "bad_clock");
  EXPECT_EQ(failure_of("1:60:00 to 2:00:00"), "bad_clock");
  EXPECT_EQ(spans_of("1:01:05 to 1:02:00.5"), (Spans{{3665, 3720.5}}));
  EXPECT_EQ(spans_of(".5 to 2"), (Spans{{.5, 2}}));
  EXPECT_EQ(spans_of("12 until 18 secs."), (Spans{{12, 18}}));
  EXPECT_EQ(failure_of("2020-01-02"), "no_span") << "a date";
  EXPECT_EQ(failure_of("v2 - 5"), "no_span");
  EXPECT_EQ(failure_of("5 - -3"), "negative");
  EXPECT_EQ(failure_of("5 to 9x"), "no_span");
  EXPECT_EQ(failure_of("start soon, end later"), "no_span");
}

TEST(AnswerZone, SelectsAndNormalises) {
  EXPECT_EQ(answer_zone("<think>1 to 2</think>\n 3 to 4 <|im_end|></s>").value, "3 to 4");
  EXPECT_EQ(answer_zone("text <answer>a</answer> and <answer> b </answer> c").value, "b");
  EXPECT_EQ(answer_zone("\xEF\xBB\xBF"
                        "5\xE2\x80\x89\xE2\x88\x92\xE3\x80\x80"
                        "7\xE2\x80\x8B")
                .value,
            "5 - 7");  // mark, thin space, minus, wide space
  EXPECT_EQ(answer_zone("\xE2\x80\x9C"
                        "B\xE2\x80\x9D")
                .value,
            "\"B\"");
  EXPECT_EQ(answer_zone("a\xFF").value, "a\xEF\xBF\xBD");
  EXPECT_EQ(answer_zone("<think>a</think> \n").failure, "empty");
}

}  // namespace vrlt::evaluation
