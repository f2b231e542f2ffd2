#include "vrlt/io/own_fields.h"

#include <gmock/gmock.h>

#include "vrlt/core/error.h"

namespace vrlt::io {
namespace {

using ::testing::HasSubstr;

template <typename Body>
std::string message_of(Body&& body) {
  try {
    body();
  } catch (const DataError& error) {
    return error.what();
  }
  return "no error";
}

TEST(OwnFields, GivesWhatWasWritten) {
  const Json json = {{"step", 3},
                     {"rate", 0.5},
                     {"ids", {"a", "b"}},
                     {"counts", {1, 2}},
                     {"inner", Json::object()}};
  const OwnFields fields(json, "state.json");
  EXPECT_EQ(fields.integer("step"), 3);
  EXPECT_EQ(fields.integer_or("none", 7), 7);
  EXPECT_EQ(fields.number("rate"), 0.5);
  EXPECT_EQ(fields.texts("ids"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(fields.integers("counts"), (std::vector<int64_t>{1, 2}));
  EXPECT_TRUE(fields.object("inner").empty());
}

TEST(OwnFields, EveryOtherValueIsRefusedByName) {
  const auto json = parse_json(
      R"({"step": -5, "half": 1.5, "text": "3", "big": 9007199254740993, "ids": ["a", 3], "list": [1, -1]})",
      "test");
  const OwnFields fields(json, "state.json");
  EXPECT_EQ(message_of([&] { fields.integer("step"); }),
            "state.json: \"step\" is -5, expected a whole number of at least 0");
  EXPECT_THAT(message_of([&] { fields.integer("half"); }), HasSubstr("\"half\" is 1.5"));
  EXPECT_THAT(message_of([&] { fields.integer("text"); }), HasSubstr("\"text\" is \"3\""));
  EXPECT_THAT(message_of([&] { fields.integer("big"); }), HasSubstr("\"big\" is 9007199254740993"));
  EXPECT_THAT(message_of([&] { fields.integer("none"); }), HasSubstr("\"none\" is missing"));
  EXPECT_THAT(message_of([&] { fields.texts("ids"); }), HasSubstr("expected a list of texts"));
  EXPECT_THAT(message_of([&] { fields.integers("list"); }), HasSubstr("\"list\" is [1,-1]"));
  EXPECT_THAT(message_of([&] { fields.object("ids"); }), HasSubstr("expected an object"));
  EXPECT_THAT(message_of([&] { OwnFields(Json::array(), "state.json"); }),
              HasSubstr("state.json: is [], expected an object"));
}

}  // namespace
}  // namespace vrlt::io
