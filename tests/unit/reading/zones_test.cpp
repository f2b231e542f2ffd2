#include "reading/zones.h"

#include <gtest/gtest.h>

namespace vrlt::reading {
namespace {

Zone zone(const std::string& text, Response how = {}) {
  how.text = text;
  return find_zones(how).answer;
}
std::string text_of(const std::string& text) { return zone(text).text; }
Reason reason_of(const std::string& text, Response how = {}) { return zone(text, how).reason; }

}  // namespace

TEST(Zones, TheLastBlockOutsideThinkingDecides) {
  EXPECT_EQ(text_of("<answer>A</answer><answer>C</answer>"), "C");
  EXPECT_EQ(text_of("<think>C</think><answer>A</answer>"), "A");
  EXPECT_EQ(text_of("<answer>C</answer><think>why</think>"), "C");
  EXPECT_EQ(text_of("<THINK>x</THINK><Answer>C</ANSWER>"), "C");
  EXPECT_EQ(text_of("<answer>A</answer> more <think><answer>B</answer></think>"), "A");
  EXPECT_EQ(reason_of("<answer>A</answer><answer>C"), Reason::kUnclosedAnswer);
  EXPECT_TRUE(zone("<answer>A</answer>").block);
}

TEST(Zones, ThinkingNeverCounts) {
  EXPECT_EQ(text_of("so C</think>D"), "D") << "the prompt had opened it";
  EXPECT_EQ(text_of("<think>a</think>C</think>D"), "D");
  EXPECT_EQ(reason_of("<think>The answer is C"), Reason::kUnclosedThink);
  EXPECT_EQ(text_of("<think>x <answer>C</answer>"), "C") << "thinking that ends at the last block";
  EXPECT_EQ(text_of("<think>x <answer>C</answer> <glue>1 to 2</glue> "), "C");
  EXPECT_EQ(reason_of("<think>x <answer>C</answer> or rather"), Reason::kUnclosedThink);
  EXPECT_EQ(text_of("<answer>C</answer><think>why"), "C");
  EXPECT_EQ(reason_of("the map, so C", {.text = {}, .thinking_open = true}),
            Reason::kUnclosedThink);
}

TEST(Zones, FreeTextIsWhatIsLeft) {
  EXPECT_EQ(text_of(" C \n"), "C");
  EXPECT_EQ(text_of("C<|im_end|></s>\n<eos>"), "C") << "special tokens at the end";
  EXPECT_EQ(text_of("<think>a</think>C"), "C");
  EXPECT_EQ(text_of("C</answer>"), "C");
  EXPECT_FALSE(zone("C").block);
  EXPECT_EQ(find_zones({}).answer.reason, Reason::kMissing);
}

TEST(Zones, GlueIsTakenOut) {
  const auto zones =
      find_zones({.text = "<answer>B <glue>1 to 2</glue></answer><glue>3 to 4</glue>"});
  EXPECT_EQ(zones.answer.text, "B ");
  EXPECT_EQ(zones.glue->text, "3 to 4") << "the last one";
  const auto open = find_zones({.text = "<answer>B</answer><glue>[(12, 18)"});
  EXPECT_EQ(open.answer.text, "B");
  EXPECT_EQ(open.glue->reason, Reason::kUnclosedAnswer);
  EXPECT_FALSE(find_zones({.text = "B"}).glue.has_value());
}

TEST(Zones, WhichBlockIsReadIsAnOption) {
  const Response first{.text = {}, .block = AnswerBlock::kFirst},
      single{.text = {}, .block = AnswerBlock::kSingle};
  EXPECT_EQ(zone("<answer>A</answer><answer>C</answer>", first).text, "A");
  EXPECT_EQ(reason_of("<answer>A</answer><answer>C</answer>", single), Reason::kMultipleAnswerTags);
  EXPECT_EQ(reason_of("<think><answer>A</answer></think><answer>C</answer>", single),
            Reason::kMultipleAnswerTags)
      << "in the whole response";
  EXPECT_EQ(reason_of("C", single), Reason::kNoAnswer);
  EXPECT_EQ(zone("<answer>A</answer>", single).text, "A");
}

TEST(Zones, AreOfLimitedSize) {
  EXPECT_EQ(text_of("<answer>" + std::string(kMaxZoneBytes, 'x') + "</answer>").size(),
            kMaxZoneBytes);
  EXPECT_EQ(reason_of("<answer>" + std::string(kMaxZoneBytes + 1, 'x') + "</answer>"),
            Reason::kTooLong);
}

}  // namespace vrlt::reading
