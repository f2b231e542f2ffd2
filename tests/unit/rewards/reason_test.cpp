#include "vrlt/rewards/reason.h"

#include <gtest/gtest.h>

namespace vrlt::rewards {

// Files hold the word alone: it comes back as what it was, whoever said it.
TEST(Reason, AWordOfAFileIsOfTheKindItWasSaidWith) {
  for (const auto& said : {wrong_layout(), unread_by_peer(), no_peer_letter(), overlong(), Reason(),
                           Reason(reading::Reason::kWrong), Reason(reading::Reason::kNoSpan),
                           Reason(reading::Reason::kNegative)})
    EXPECT_EQ(find_reason(said.word), said) << said.word;
}

TEST(Reason, OnlyWhatIsUnreadOrRefusedIsAFailureToRead) {
  for (const auto kind : {ReasonKind::kUnread, ReasonKind::kRefused})
    EXPECT_TRUE(is_parse_failure({kind, "x"}));
  for (const auto kind : {ReasonKind::kRight, ReasonKind::kWrong})
    EXPECT_FALSE(is_parse_failure({kind, "x"}));
  EXPECT_FALSE(is_parse_failure(overlong())) << "read, and too long";
  EXPECT_TRUE(is_parse_failure(wrong_layout()));
}

// What a scorer says is what it means: a word that is a failure elsewhere is none where it is said
// as wrong.
TEST(Reason, TheKindIsSaidAndNotConcludedFromTheWord) {
  EXPECT_FALSE(is_parse_failure({ReasonKind::kWrong, "no_span"}));
  EXPECT_TRUE(is_parse_failure(find_reason("a word that nobody here says")));
}

}  // namespace vrlt::rewards
