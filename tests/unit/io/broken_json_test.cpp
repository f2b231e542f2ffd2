#include "tests/support/broken_file.h"
#include "tests/support/temporary_folder.h"
#include "vrlt/io/jsonl.h"

namespace vrlt::io {
namespace {

using test::BrokenFile;
using test::repeated;

const BrokenFile kBroken[] = {
    {"empty", "", "not valid JSON at byte 1"},
    {"blank", " \n\t ", "not valid JSON at byte 5"},
    {"lfs_pointer", test::kLfsPointer, "\"git lfs pull\""},
    {"truncated_object", R"({"a": 1)", "not valid JSON at byte 8"},
    {"truncated_text", R"({"a": "b)", "missing closing quote"},
    {"truncated_number", R"({"a": -)", "not valid JSON at byte 8"},
    {"truncated_literal", R"([tru)", "not valid JSON at byte 5"},
    {"truncated_escape", R"(["\u00)", "not valid JSON at byte 7"},
    {"half_a_byte_order_mark", "\xEF\xBB{}", "not valid JSON at byte"},
    {"byte_order_mark_of_utf16", std::string("\xFF\xFE{\0}\0", 6),
     "the text is UTF-16, expected UTF-8; write it anew: iconv -f UTF-16 -t UTF-8"},
    {"two_values", "{} {}", "not valid JSON at byte 4"},
    {"trailing_comma", R"({"a": 1,})", "not valid JSON at byte 9"},
    {"no_comma", R"([1 2])", "not valid JSON at byte 4"},
    {"no_colon", R"({"a" 1})", "not valid JSON at byte 6"},
    {"key_without_quotes", "{a: 1}", "not valid JSON at byte 2"},
    {"single_quotes", "{'a': 1}", "not valid JSON at byte 2"},
    {"comment", "{/* no */}", "not valid JSON at byte 2"},
    {"nan", "[NaN]", "not valid JSON at byte 2"},
    {"infinity", "[-Infinity]", "not valid JSON at byte 3"},
    {"number_above_double", "[1e999]", "number overflow"},
    {"leading_zero", "[01]", "not valid JSON at byte 3"},
    {"hexadecimal", "[0x10]", "not valid JSON at byte 3"},
    {"lone_high_surrogate", R"(["\ud800"])", "surrogate"},
    {"lone_low_surrogate", R"(["\udc00"])", "surrogate"},
    {"surrogates_reversed", R"(["\udc00\ud800"])", "surrogate"},
    {"raw_line_feed_in_text", "[\"a\nb\"]", "control character"},
    {"invalid_utf8", "[\"\xC3\x28\"]", "ill-formed UTF-8"},
    {"utf8_surrogate", "[\"\xED\xA0\x80\"]", "ill-formed UTF-8"},
    {"overlong_utf8", "[\"\xC0\xAF\"]", "ill-formed UTF-8"},
    {"nul_behind", std::string("{}\0", 3), "not valid JSON at byte 3: a NUL"},
    {"duplicate_key", R"({"a": 1, "b": 2, "a": 3})", "duplicate key \"a\" at byte 20"},
    {"duplicate_key_by_escape", R"({"a": 1, "\u0061": 2})", "duplicate key \"a\" at byte 17"},
    {"duplicate_key_inside", R"([{"x": {"a": 1, "a": 2}}])", "duplicate key \"a\" at byte 19"},
    {"duplicate_key_of_control_characters", R"({"\u001b[2J": 1, "\u001b[2J": 2})",
     R"(duplicate key "\u001b[2J")"},
    {"nested_arrays", [] { return repeated("[", 65) + repeated("]", 65); },
     "nested deeper than 64 levels at byte 65"},
    {"nested_objects", [] { return repeated("{\"a\":", 65); },
     "nested deeper than 64 levels at byte 321"},
    {"million_brackets", [] { return repeated("[", 1'000'000); }, "nested deeper than 64 levels"},
    {"million_empty_lists", [] { return concat("[", repeated("[],", 1'100'000), "1]"); },
     "more than 524288 values at byte"},
    {"million_keys",
     [] {
       std::string text = "{";
       for (int i = 0; i < 1'100'000; ++i) text += concat('"', i, "\":0,");
       return text + "\"x\":0}";
     },
     "more than 524288 values at byte"},
    {"long_key", [] { return "{\"" + repeated("k", 70'000) + "\": 1}"; },
     "a key of 70000 bytes, expected at most 65536"},
    {"long_duplicate_key",
     [] {
       const auto key = concat('"', repeated("k", 60'000), "\":1");
       return "{" + key + "," + key + "}";
     },
     "duplicate key \"kkk"},
    {"above_64_megabytes", [] { return "[\"" + repeated("a", 64 << 20) + "\"]"; },
     "expected at most 67108864"},
};

class BrokenJson : public testing::TestWithParam<BrokenFile> {
 protected:
  test::TemporaryFolder folder_;
};

TEST_P(BrokenJson, IsALocatedError) {
  const auto path = folder_.path() / "x.json";
  test::expect_refused(GetParam(), path, [&] { read_json(path); });
}

INSTANTIATE_TEST_SUITE_P(Files, BrokenJson, testing::ValuesIn(kBroken), test::row_name);

const BrokenFile kBrokenLines[] = {
    {"lfs_pointer", test::kLfsPointer, "\"git lfs pull\""},
    {"torn_last_line", "{\"a\": 1}\n{\"a\": ", "x.jsonl:2: not valid JSON at byte 7"},
    {"object_over_two_lines", "{\"a\":\n1}\n", "x.jsonl:1: not valid JSON at byte 6"},
    {"byte_order_mark_inside", "{}\n\xEF\xBB{}\n", "x.jsonl:2: not valid JSON"},
    {"nul_after_blank_lines", std::string("\n\n{}\0\n", 6),
     "x.jsonl:3: not valid JSON at byte 3: a NUL"},
    {"line_feeds_of_a_mac", "{}\r{}\r", "x.jsonl:1: not valid JSON at byte 4"},
    {"line_above_64_megabytes", [] { return "1\n\"" + repeated("a", 64 << 20) + "\"\n"; },
     "x.jsonl:2: 67108866 bytes of JSON, expected at most 67108864"},
};

class BrokenJsonLines : public BrokenJson {};

TEST_P(BrokenJsonLines, IsALocatedError) {
  const auto path = folder_.path() / "x.jsonl";
  test::expect_refused(GetParam(), path, [&] {
    for_each_jsonl(path, /*tolerate_torn_tail=*/false, [](int64_t, const Json&) {});
  });
}

INSTANTIATE_TEST_SUITE_P(Files, BrokenJsonLines, testing::ValuesIn(kBrokenLines), test::row_name);

TEST(SoundJson, OddButAllowed) {
  EXPECT_EQ(parse_json("\xEF\xBB\xBF{}", "a byte order mark"), Json::object());
  EXPECT_EQ(parse_json(R"(["\ud83c\udfa5", "\u0000"])", "escapes"),
            (Json{"\xF0\x9F\x8E\xA5", std::string(1, '\0')}));
  EXPECT_EQ(parse_json(test::repeated("[", 64) + test::repeated("]", 64), "64 levels").size(), 1u);
  EXPECT_EQ(parse_json("[1, 2]", "three values", {.max_values = 3}).size(), 2u);
}

TEST(LfsPointer, IsSmallAndBeginsWithItsVersion) {
  EXPECT_TRUE(is_lfs_pointer(test::kLfsPointer));
  EXPECT_FALSE(is_lfs_pointer("version 2"));
  EXPECT_FALSE(is_lfs_pointer(""));
  EXPECT_FALSE(is_lfs_pointer(test::kLfsPointer + test::repeated(" ", 1024)))
      << "a text about pointers";
}

TEST(Excerpt, IsShortAndCutBetweenCharacters) {
  EXPECT_EQ(excerpt(Json("a\"b\n")), R"("a\"b\n")");
  EXPECT_EQ(excerpt(Json{1, nullptr}), "[1,null]");
  // A quote and 49 characters of two bytes are 99 bytes; the fiftieth would end at 101.
  EXPECT_EQ(excerpt(Json(test::repeated("\xC3\xA9", 60))),
            concat('"', test::repeated("\xC3\xA9", 49), "..."));
}

}  // namespace
}  // namespace vrlt::io
