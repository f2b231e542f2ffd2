// Yes or no, captions and numbers (docs/spec/reading.md#yes-or-no, #captions and #numbers).
#include <gtest/gtest.h>

#include "vrlt/reading/reading.h"

namespace vrlt::reading {
namespace {

std::string block(const std::string& answer) { return "<answer>" + answer + "</answer>"; }

template <typename T>
std::string said(const Read<T>& read) {
  if (!read) return std::string(to_string(read.reason));
  if constexpr (std::is_same_v<T, bool>) return *read ? "yes" : "no";
  return std::to_string(*read);
}

std::string yes_no(const char* answer) { return said(read_yes_no({.text = block(answer)})); }
std::string caption(const char* answer, const char* first_label = "Sentence A") {
  return said(
      read_caption({.text = block(answer)}, {"The man runs.", "The man walks."}, first_label));
}
Read<double> number(const char* answer) { return read_number({.text = block(answer)}); }

}  // namespace

TEST(YesNo, TheWordAndWhatMayFollowIt) {
  for (const char* yes : {"Yes", "yes!", "**Yes**, he does.", "The answer is yes.", "\\boxed{yes}",
                          "{\"answer\": \"Yes.\"}", "Yes he does"})
    EXPECT_EQ(yes_no(yes), "yes") << yes;
  for (const char* no : {"No - the lid stays shut", "no.", "\xE5\x90\xA6"})
    EXPECT_EQ(yes_no(no), "no") << no;
  for (const char* none : {"yesterday", "No one is there.", "Not sure", "I think yes", "true"})
    EXPECT_EQ(yes_no(none), "no_yes_no") << none;
  for (const char* both : {"yes/no", "Yes and no", "Yes. No."})
    EXPECT_EQ(yes_no(both), "ambiguous") << both;
  EXPECT_EQ(yes_no("{\"answer\": true}"), "bad_json_value");
}

TEST(Captions, LabelOrSentence) {
  for (const char* second :
       {"Sentence B: The man walks.", "sentence b", "**(B)**", "The man walks", "Option B",
        "B. the man walks", "The best option is Sentence B.", "{\"answer\": \"Sentence B\"}"})
    EXPECT_EQ(caption(second), "1") << second;
  EXPECT_EQ(caption("2", "Option 1"), "1");
  EXPECT_EQ(caption("Option 2: The man walks.\n\nOption 1 does not fit.", "Option 1"), "1");
  EXPECT_EQ(caption("B", "Option 1"), "no_option") << "the labels are digits";
  EXPECT_EQ(caption("Sentence A: The man walks."), "conflict");
  EXPECT_EQ(caption("Sentence Q: The man walks."), "conflict") << "there are two captions";
  EXPECT_EQ(caption("Sentence A or Sentence B"), "ambiguous");
  EXPECT_EQ(caption("Sentence C"), "letter_out_of_range");
  EXPECT_EQ(caption("not Sentence B"), "negated");
}

TEST(Numbers, OneNumberInAnyForm) {
  for (const char* seven :
       {"7", "**7**", "There are 7 balls.", "The answer is 7.", "seven", "about 7",
        "{\"answer\": \"7 balls\"}", "7 kg", "7%", "I can see 7 of them",
        "7, because 4 are left and 3 right", "7. There are 4 left."})
    EXPECT_EQ(number(seven), Read<double>(7.0)) << seven;
  EXPECT_EQ(number("1,200.5"), Read<double>(1200.5));
  EXPECT_EQ(number("\xE2\x88\x92"
                   "3"),
            Read<double>(-3.0));
  EXPECT_EQ(number("It fell to -3 degrees"), Read<double>(-3.0));
}

TEST(Numbers, WhatIsNone) {
  for (const char* several : {"7 or 8", "6-8"})
    EXPECT_EQ(number(several).reason, Reason::kAmbiguous) << several;
  for (const char* other : {"7/1", "7e0", "0x7", "4:00", "4,5"})
    EXPECT_EQ(number(other).reason, Reason::kBadNumber) << other;
  EXPECT_EQ(number("NaN").reason, Reason::kNotFinite);
  EXPECT_EQ(number("many").reason, Reason::kNoNumber);
  EXPECT_EQ(number("the 2nd").reason, Reason::kNoNumber) << "ordinals do not count";
  EXPECT_EQ(number("1234567890123456").reason, Reason::kNumberTooLarge);
  EXPECT_EQ(number("{\"answer\": 7").reason, Reason::kBadJson);
}

TEST(Reasons, AreAClosedListOfFourKinds) {
  for (int i = 0; i <= static_cast<int>(Reason::kTooLong); ++i) {
    const auto reason = static_cast<Reason>(i);
    EXPECT_EQ(find_reason(to_string(reason)), reason);
    EXPECT_EQ(is_parse_failure(reason),
              kind_of(reason) == ReasonKind::kUnread || kind_of(reason) == ReasonKind::kRefused);
  }
  EXPECT_FALSE(is_parse_failure(Reason::kInverted)) << "read, and worth nothing";
  EXPECT_TRUE(is_parse_failure(Reason::kNegative));
  EXPECT_FALSE(find_reason("official_crash").has_value());
}

}  // namespace vrlt::reading
