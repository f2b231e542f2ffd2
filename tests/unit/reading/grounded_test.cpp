// Both halves of the answer to a grounded question (docs/spec/reading.md#grounded-answers).
#include <gtest/gtest.h>

#include "vrlt/reading/credit.h"

namespace vrlt::reading {
namespace {

const std::vector<std::string> kOptions = {"He peels an apple.", "She waters the plants.",
                                           "They fold a map.", "Nobody is there."};

GroundedReading read(const std::string& answer,
                     const std::vector<std::string>& options = kOptions) {
  const auto text = "<answer>" + answer + "</answer>";
  return read_grounded({.text = text}, options);
}

}  // namespace

TEST(GroundedReading, EitherOrderAndAnySeparator) {
  for (const char* answer :
       {"B: 12 to 18", "12 - 18: B", "(B) [12, 18]", "[12, 18] B", "B / 12-18",
        "Option B at 12-18 s", "B {\"start\": 12, \"end\": 18}", "She waters the plants, 12 to 18",
        "Answer: B\nTime span: 12 to 18", "The answer is (B), between 12 and 18 seconds.",
        R"({"answer": "B", "window": [12, 18]})", "\\boxed{B}, 12 to 18",
        "From <12> to <18>, She waters the plants."}) {
    EXPECT_EQ(read(answer).option, Read<int64_t>(1)) << answer;
    EXPECT_EQ(read(answer).spans, Read<Spans>(Spans{{12, 18}})) << answer;
  }
}

TEST(GroundedReading, ASignIsNeverCutOffItsNumber) {
  for (const char* answer : {"B, -12 to 18",
                             "B \xE2\x88\x92"
                             "12 to 18",
                             "B -12.0 to 18"}) {
    EXPECT_EQ(read(answer).option, Read<int64_t>(1)) << answer;
    EXPECT_EQ(read(answer).spans.reason, Reason::kNegative) << answer;
  }
  EXPECT_EQ(read("B, .5 to 18").spans, Read<Spans>(Spans{{.5, 18}}));
}

TEST(GroundedReading, EachHalfHasItsOwnReason) {
  EXPECT_EQ(read("B").spans.reason, Reason::kNoSpan);
  EXPECT_EQ(read("12 to 18").option.reason, Reason::kNoOption);
  EXPECT_EQ(read("B or C, 12 to 18").option.reason, Reason::kAmbiguous);
  EXPECT_EQ(reason_of_whole(Reason::kWrong, Reason::kNoSpan), Reason::kNoSpan);
  EXPECT_EQ(reason_of_whole(Reason::kNoOption, Reason::kNoSpan), Reason::kNoOption);
  EXPECT_EQ(reason_of_whole(Reason::kWrong, Reason::kInverted), Reason::kWrong);
  EXPECT_EQ(reason_of_whole(Reason::kOk, Reason::kInverted), Reason::kInverted);
}

TEST(GroundedReading, ARangeInTheTextOfAnOptionIsNoTime) {
  const std::vector<std::string> people = {"from 3 to 5 people", "10 people", "2-4 people"};
  EXPECT_EQ(read("A. from 3 to 5 people, 12 to 18", people).spans, Read<Spans>(Spans{{12, 18}}));
  EXPECT_EQ(read("2-4 people (12 s - 18 s)", people).option, Read<int64_t>(2));
  EXPECT_EQ(read("A. from 3 to 5 people", people).spans.reason, Reason::kNoSpan);
}

TEST(GroundedReading, GlueHoldsTheSpans) {
  const auto zones =
      read_grounded({.text = "<answer>B, 2 to 4</answer><glue>[(12, 18)]</glue>"}, kOptions);
  EXPECT_EQ(zones.option, Read<int64_t>(1));
  EXPECT_EQ(zones.spans, Read<Spans>(Spans{{12, 18}}));
}

// With one true span several read ones are no answer; with several they are a set.
TEST(SpanCredit, OneOrASet) {
  const Spans two = {{12, 18}, {20, 25}};
  EXPECT_EQ(span_credit(two, {{12, 18}}).reason, Reason::kAmbiguous);
  EXPECT_EQ(span_credit(two, two).value, 1.0);
  EXPECT_EQ(span_credit(Spans{{12, 18}, {25, 20}}, two).reason, Reason::kInverted)
      << "an inverted one spoils the set";
  EXPECT_EQ(span_credit(Spans{{12, 12}}, {{12, 18}}).reason, Reason::kZeroLength);
  EXPECT_EQ(span_credit(Spans{{12, 12}, {12, 18}}, two).value, 6.0 / 11)
      << "an empty one among others adds nothing";
  EXPECT_EQ(span_credit(Spans{{1, 2}}, {{12, 18}}).reason, Reason::kWrong);
  EXPECT_EQ(span_credit(Spans{{12, 15}}, {{12, 18}}).value, 0.5);
}

}  // namespace vrlt::reading
