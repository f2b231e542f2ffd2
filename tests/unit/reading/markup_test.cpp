#include "reading/markup.h"

#include <gtest/gtest.h>

#include "reading/folding.h"
#include "reading/phrases.h"

namespace vrlt::reading {
namespace {

std::string clean(const char* text) { return to_utf8(without_markup(fold(text))); }

}  // namespace

TEST(Markup, EmphasisGoes) {
  EXPECT_EQ(clean("**C**"), "C");
  EXPECT_EQ(clean("__C__."), "C");
  EXPECT_EQ(clean("**C.** They fold a map."), "C. They fold a map.");
  EXPECT_EQ(clean("It has to be *C* then."), "It has to be (C) then.") << "a lone marked letter";
  EXPECT_EQ(clean("a*C*b"), "a C b") << "glued: no letter, and a blank between words";
  EXPECT_EQ(clean("start_time"), "start_time");
  EXPECT_EQ(clean("$[3.0, 7.0]$"), "[3.0, 7.0]");
}

TEST(Markup, LatexGoes) {
  EXPECT_EQ(clean("\\boxed{\\text{C}}"), "C");
  EXPECT_EQ(clean("\\(C\\)"), "(C)");
  EXPECT_EQ(clean("12 \\text{ to } 18"), "12 to 18");
  EXPECT_EQ(clean("12 \\rightarrow 18"), "12 -> 18");
  EXPECT_EQ(clean("\\left[1,\\; 2\\right]"), "[1, 2]");
  EXPECT_EQ(clean("{\"a\": \"x\\ny\"}"), "{\"a\": \"x\\ny\"}") << "an escape of JSON";
  EXPECT_EQ(clean("\\{1, 2\\}"), "{1, 2}");
}

TEST(Markup, TagsGo) {
  EXPECT_EQ(clean("<b>C</b>"), "C");
  EXPECT_EQ(clean("<span style=\"x\">C</span>"), "C");
  EXPECT_EQ(clean("<B>"), "<B>") << "a letter in brackets";
  EXPECT_EQ(clean("a<br>b"), "a\nb");
  EXPECT_EQ(clean("a<em>b</em>"), "a b");
  EXPECT_EQ(clean("<12> <18>"), "<12> <18>");
}

TEST(Markup, LinesLoseTheirMarks) {
  EXPECT_EQ(clean("- C"), "C");
  EXPECT_EQ(clean("> **C**"), "(C)");
  EXPECT_EQ(clean("### Answer\n\nC\n---"), "Answer\n\nC");
  EXPECT_EQ(clean("| C |"), "C |");
  EXPECT_EQ(clean("```json\n{}\n```"), "{}");
  EXPECT_EQ(clean("```C```"), "C");
  EXPECT_EQ(clean("  a   b \n  c "), "a b\nc");
  EXPECT_EQ(clean("\"'C'\""), "C") << "quotes around the whole";
  EXPECT_EQ(clean("\"a\" and \"b\""), "\"a\" and \"b\"");
}

TEST(Boxes, OutermostAndBraced) {
  const auto boxes = find_boxes(U"\\boxed{a {b} \\boxed{c}} and \\fbox{d}");
  ASSERT_TRUE(boxes.has_value());
  ASSERT_EQ(boxes->size(), 2u);
  EXPECT_EQ((*boxes)[0], U"a {b} \\boxed{c}");
  EXPECT_EQ((*boxes)[1], U"d");
  EXPECT_FALSE(find_boxes(U"\\boxed{a").has_value()) << "never closed";
}

TEST(Phrases, WhatStandsBehindThem) {
  const View text = U"The answer is C. So the final answer: D";
  EXPECT_EQ(behind_phrases(text, find_strong_phrases(text)), (std::vector<View>{U"D"}));
  EXPECT_EQ(behind_phrases(text, find_weak_phrases(text)),
            (std::vector<View>{U"C. So the final", U"D"}));
  EXPECT_TRUE(find_weak_phrases(U"no answer here, answering").empty());
  EXPECT_EQ(find_weak_phrases(U"the answer to this hard question is C").size(), 1u);
}

}  // namespace vrlt::reading
