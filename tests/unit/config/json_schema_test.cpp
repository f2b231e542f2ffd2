#include "vrlt/config/json_schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vrlt/io/json.h"

namespace vrlt::config {
namespace {

struct Inner {
  double rate = 0.5;
  std::optional<int64_t> limit;
};
struct Outer {
  std::string name, mode = "fast";
  int64_t steps = 10;
  uint64_t seed = 0;
  std::vector<std::string> files;
  std::vector<WeightedName> rewards;
  Inner inner;
};

void visit_fields(FieldVisitor& v, Inner& c) {
  v.field({.name = "rate", .help = "between 0 and 1", .min = 0, .max = 1}, c.rate);
  v.field({.name = "limit", .help = "at most", .min = 1}, c.limit);
}
void visit_fields(FieldVisitor& v, Outer& c) {
  v.field({.name = "name", .help = "of the run", .required = true}, c.name);
  v.field({.name = "mode", .help = "how", .choices = {"fast", "slow"}}, c.mode);
  v.field({.name = "steps", .help = "how many", .min = 1}, c.steps);
  v.field({.name = "seed", .help = "of all"}, c.seed);
  v.field({.name = "files", .help = "read"}, c.files);
  v.field({.name = "rewards", .help = "what counts", .choices = {"iou", "format"}}, c.rewards);
  v.section("inner", "details", c.inner);
}

io::Json schema_of_outer() {
  Outer outer;
  return io::Json::parse(json_schema([&](FieldVisitor& v) { visit_fields(v, outer); }, "prog"));
}

TEST(JsonSchema, NamesEveryKeyAndNoOther) {
  const auto schema = schema_of_outer();
  EXPECT_EQ(schema.at("title"), "prog");
  EXPECT_EQ(schema.at("additionalProperties"), false);
  EXPECT_FALSE(schema.contains("required"));  // the command line may give it
  std::vector<std::string> names;
  for (const auto& [name, property] : schema.at("properties").items()) names.push_back(name);
  EXPECT_THAT(names, ::testing::ElementsAre("name", "mode", "steps", "seed", "files", "rewards",
                                            "inner"));
}

TEST(JsonSchema, SaysTypeBoundsChoicesDefaultAndHelp) {
  const auto schema = schema_of_outer();
  const auto& keys = schema.at("properties");
  EXPECT_EQ(keys.at("steps"),
            io::Json::parse(R"({"type": "integer", "minimum": 1.0, "default": 10,
                                "description": "how many"})"));
  EXPECT_EQ(keys.at("mode").at("enum"), io::Json({"fast", "slow"}));
  EXPECT_EQ(keys.at("seed").at("minimum"), 0.0);  // unsigned
  EXPECT_EQ(keys.at("name"),
            io::Json::parse(R"({"type": "string", "description": "required: of the run"})"));
  const auto& inner = keys.at("inner").at("properties");
  EXPECT_EQ(inner.at("rate").at("maximum"), 1.0);
  EXPECT_EQ(inner.at("limit").at("type"), io::Json({"integer", "null"}));
  EXPECT_TRUE(inner.at("limit").at("default").is_null());
}

// The loader takes one value where a list is expected, and a name for a name with weight 1.
TEST(JsonSchema, AllowsWhatTheLoaderAllowsForLists) {
  const auto schema = schema_of_outer();
  const auto& files = schema.at("properties").at("files").at("anyOf");
  EXPECT_EQ(files.at(0).at("type"), "array");
  EXPECT_EQ(files.at(1).at("type"), "string");
  const auto& reward = schema.at("properties").at("rewards").at("anyOf").at(0).at("items");
  EXPECT_EQ(reward.at("anyOf").at(0).at("enum"), io::Json({"iou", "format"}));
  EXPECT_EQ(reward.at("anyOf").at(1).at("required"), io::Json({"name"}));
}

}  // namespace
}  // namespace vrlt::config
