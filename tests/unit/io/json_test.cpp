#include "vrlt/io/json.h"

#include <gtest/gtest.h>

#include "vrlt/core/error.h"

namespace vrlt::io {

TEST(ParseJson, ReadsValuesInOrder) {
  const auto value = parse_json(R"({"b": 1, "a": [true, null, 2.5, "x"]})", "test");
  EXPECT_EQ(to_line(value), R"({"b":1,"a":[true,null,2.5,"x"]})");
}

TEST(ParseJson, RefusesWhatStrictJsonRefuses) {
  for (const char* text :
       {"", "{", "{\"a\":1,}", "[NaN]", "// x\n1", "1 2", "{\"a\":1,\"a\":2}", "'a'", "[1e999]"}) {
    EXPECT_THROW(parse_json(text, "here.json:3"), DataError) << text;
  }
  try {
    parse_json("{\"a\":1,\"a\":2}", "here.json:3");
  } catch (const DataError& error) {
    EXPECT_STREQ(error.what(), "here.json:3: duplicate key \"a\" at byte 10");
  }
}

TEST(ParseJson, ANulIsNoEnd) {
  for (const auto& text :
       {std::string("{}\0", 3), std::string("1\0 2", 4), std::string("{\"a\0\":1}", 8)})
    EXPECT_THROW(parse_json(text, "nul"), DataError);
}

TEST(ParseJson, BoundsDepthAndSize) {
  EXPECT_THROW(parse_json(std::string(1'000'000, '['), "deep"), DataError);
  EXPECT_NO_THROW(parse_json("[[1]]", "two", {.max_depth = 2}));
  EXPECT_THROW(parse_json("[[[1]]]", "three", {.max_depth = 2}), DataError);
  EXPECT_THROW(parse_json("[1,2]", "long", {.max_bytes = 4}), DataError);
}

TEST(ParseJson, BuildsEveryKindOfValue) {
  const std::string text =
      R"([null,true,-1,18446744073709551615,0.1,"\u00e9",[],{},{"a":[{"b":{}},[[]]],"c":"d"},"after"])";
  const auto value = parse_json(text, "all");
  EXPECT_EQ(value, Json::parse(text));
  EXPECT_TRUE(value[3].is_number_unsigned());
  EXPECT_EQ(parse_json("7", "one"), Json(7));
}

// 300,000 keys: a search among the keys before each one would take minutes.
TEST(ParseJson, ReadsAnObjectOfManyKeys) {
  std::string text = "{";
  for (int i = 0; i < 300'000; ++i)
    text += "\"key" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  text.back() = '}';
  const auto value = parse_json(text, "large");
  EXPECT_EQ(value.size(), 300'000U);
  EXPECT_EQ(value.begin().key(), "key0");
}

TEST(ToLine, ReplacesInvalidUtf8) {
  EXPECT_EQ(to_line(Json(std::string("a\xff"))), "\"a\xEF\xBF\xBD\"");
}

}  // namespace vrlt::io
