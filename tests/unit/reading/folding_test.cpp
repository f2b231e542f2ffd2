#include "reading/folding.h"

#include <gtest/gtest.h>

namespace vrlt::reading {
namespace {

std::string folded(const char* text) { return to_utf8(fold(text)); }

}  // namespace

TEST(Fold, OneSpellingForWhatIsWrittenInSeveral) {
  EXPECT_EQ(folded("a\u00A0b\u3000c\td"), "a b c d") << "blanks";
  EXPECT_EQ(folded("a\r\nb\rc\u2028d"), "a\nb\nc\nd") << "newlines";
  EXPECT_EQ(folded("a\u200Bb\uFEFFc\u00ADd"), "abcd") << "nothing";
  EXPECT_EQ(folded("\uFF21\uFF11\uFF1A\uFF5E\uFF0D"), "A1:~-") << "full width";
  EXPECT_EQ(folded("\u2013\u2212\u2011"), "---");
  EXPECT_EQ(folded("\u201CB\u201D \u2018C\u2019 \u300CD\u300D"), "\"B\" 'C' \"D\"");
  EXPECT_EQ(folded("\u3010B\u3011 \u300AC\u300B"), "[B] <C>");
  EXPECT_EQ(folded("\u2192"), "->");
  EXPECT_EQ(folded("\u24B8 \u24D2 \u249E \U0001F132"), "C c (c) C") << "decorated letters";
  EXPECT_EQ(folded("\U0001D402 \U0001D41B \U0001D7CF"), "C b 1")
      << "mathematical letters and digits";
}

// A comma and a full stop of Chinese text never join numbers: a blank stands behind them.
TEST(Fold, LaterRowsWin) {
  EXPECT_EQ(folded("1\uFF0C2\u30023"), "1, 2. 3") << "not the ASCII comma of full width";
  EXPECT_EQ(folded("\u2714\u2715\u2605"), "  not  ")
      << "a tick and a star are pictures, a cross is not";
  EXPECT_EQ(folded("\u2794"), "->") << "an arrow among pictures";
  EXPECT_EQ(folded("\u25AA"), "*") << "a bullet among pictures";
}

TEST(Fold, MalformedBytesSpoilTheNumberTheyStandIn) {
  EXPECT_EQ(folded("1\xFF\xFE"
                   "8"),
            "1_8");
  EXPECT_EQ(folded("18\xFF"), "18 ");
  EXPECT_EQ(folded("\xFF"
                   "C"),
            " C");
}

TEST(Fold, OtherLettersStay) {
  EXPECT_EQ(folded("\u0421 \u0662"), "\u0421 \u0662") << "a Cyrillic letter, an Arabic digit";
  EXPECT_EQ(to_utf8(fold_option("e\u0301")), "\u00E9") << "options are composed";
}

}  // namespace vrlt::reading
