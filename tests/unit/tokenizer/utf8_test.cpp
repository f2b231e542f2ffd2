#include "vrlt/tokenizer/utf8.h"

#include <gtest/gtest.h>

namespace vrlt::tokenizer {

// The policy of Unicode 3.9: one U+FFFD for each maximal part of a malformed sequence, as the table
// 3-8 there.
TEST(ValidUtf8, ReplacesMaximalMalformedParts) {
  const std::string r = "\xEF\xBF\xBD";
  EXPECT_EQ(valid_utf8("a\xC3\xA9\xE4\xBD\xA0\xF0\x9F\x8E\xA5"),
            "a\xC3\xA9\xE4\xBD\xA0\xF0\x9F\x8E\xA5");
  EXPECT_EQ(valid_utf8("\x80"), r) << "a lone continuation byte";
  EXPECT_EQ(valid_utf8("\xF0\x9F\x8E"), r) << "a cut sequence is one part";
  EXPECT_EQ(valid_utf8("\xF0\x9F\x8E"
                       "A"),
            r + "A");
  EXPECT_EQ(valid_utf8("\xC0\xAF"), r + r) << "an overlong form has no valid beginning";
  EXPECT_EQ(valid_utf8("\xE0\x80\xAF"), r + r + r);
  EXPECT_EQ(valid_utf8("\xED\xA0\x80"), r + r + r) << "a surrogate";
  EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80"), r + r + r + r) << "beyond U+10FFFF";
  EXPECT_EQ(valid_utf8("\xFF\xFE"), r + r);
  EXPECT_EQ(valid_utf8(""), "");
}

TEST(DecodeUtf8, AppendGivesTheBytesBack) {
  for (const char32_t c : {U'\0', U'a', U'\x7F', U'\x80', U'\x7FF', U'\x800', U'\xFFFD', U'\xFFFF',
                           U'\x10000', U'\x10FFFF'}) {
    std::string text;
    append_utf8(text, c);
    EXPECT_EQ(decode_utf8(text), std::vector<char32_t>{c}) << static_cast<uint32_t>(c);
  }
}

TEST(NormalizeNfc, Composes) {
  EXPECT_EQ(normalize_nfc("e\xCC\x81"), "\xC3\xA9");     // e + combining acute
  EXPECT_EQ(normalize_nfc("\xE2\x84\xAB"), "\xC3\x85");  // the Angstrom sign is a letter
  EXPECT_EQ(normalize_nfc(std::string("a\0b", 3)), std::string("a\0b", 3));
  EXPECT_EQ(normalize_nfc("\xEF\xAC\x81"), "\xEF\xAC\x81")
      << "a ligature is kept: not the compatibility form";
}

}  // namespace vrlt::tokenizer
