#include "vrlt/config/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/support/temporary_folder.h"
#include "vrlt/config/all_keys.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"

namespace vrlt::config {
namespace {

using ::testing::HasSubstr;

struct Inner {
  double rate = 0.5;
  std::optional<int64_t> limit;
};
struct Outer {
  std::string name;
  int64_t steps = 10;
  std::string mode = "fast";
  bool flag = false;
  std::vector<WeightedName> rewards;
  Inner inner;
};

void visit_fields(FieldVisitor& v, Inner& c) {
  v.field({.name = "rate", .help = "between 0 and 1", .min = 0, .max = 1}, c.rate);
  v.field({.name = "limit", .help = "at most", .min = 1, .max = 1e6}, c.limit);
}
void visit_fields(FieldVisitor& v, Outer& c) {
  v.field({.name = "name", .help = "of the run", .required = true}, c.name);
  v.field({.name = "steps", .help = "how many", .min = 1}, c.steps);
  v.field({.name = "mode", .help = "how", .choices = {"fast", "slow"}}, c.mode);
  v.field({.name = "flag", .help = "on or off"}, c.flag);
  v.field({.name = "rewards", .help = "what counts"}, c.rewards);
  v.section("inner", "details", c.inner);
}

class ConfigLoad : public ::testing::Test {
 protected:
  Outer load_text(const std::string& text, const std::vector<std::string>& overrides = {}) {
    io::write_file_atomic(folder_.path() / "c.yaml", text);
    Outer outer;
    load(folder_.path() / "c.yaml", overrides, [&](FieldVisitor& v) { visit_fields(v, outer); },
         {});
    return outer;
  }
  std::string error_of(const std::string& text, const std::vector<std::string>& overrides = {}) {
    try {
      load_text(text, overrides);
    } catch (const ConfigError& error) {
      EXPECT_EQ(error.exit_code(), ExitCode::kUsage);
      return error.what();
    }
    ADD_FAILURE() << "no error for\n" << text;
    return {};
  }
  test::TemporaryFolder folder_;
};

TEST_F(ConfigLoad, FileOverDefaultAndCommandLineOverFile) {
  const auto c =
      load_text("name: a\nsteps: 1e3\ninner: {rate: 0.25}\nrewards: [{name: x, weight: 2}, y]\n",
                {"inner.limit=7", "mode=slow"});
  EXPECT_EQ(c.name, "a");
  EXPECT_EQ(c.steps, 1000);
  EXPECT_EQ(c.inner.rate, 0.25);
  EXPECT_EQ(c.inner.limit, 7);
  EXPECT_EQ(c.mode, "slow");
  ASSERT_EQ(c.rewards.size(), 2u);
  EXPECT_EQ(c.rewards[0].weight, 2.0);
  EXPECT_EQ(c.rewards[1].name, "y");
}

TEST_F(ConfigLoad, ReportsEveryMistakeWithItsPlace) {
  const auto message = error_of("name: a\nstep: 5\nflag: 3\ninner:\n  rate: 1.5\n");
  EXPECT_THAT(message, HasSubstr("c.yaml:2:1: unknown key \"step\"; did you mean \"steps\"?"));
  EXPECT_THAT(message, HasSubstr("c.yaml:3:7: flag is \"3\", expected true or false"));
  EXPECT_THAT(message, HasSubstr("c.yaml:5:9: rate is 1.5, expected a number from 0 to 1"));
}

TEST_F(ConfigLoad, WritesBoundsAsOneWritesThem) {
  EXPECT_THAT(error_of("name: a\ninner: {limit: 0}\n"),
              HasSubstr("limit is 0, expected an integer from 1 to 1000000"));
}

TEST_F(ConfigLoad, RefusesWhatYamlWouldLetThrough) {
  EXPECT_THAT(error_of("name: a\nname: b\n"), HasSubstr("c.yaml:2:1: \"name\" is written twice"));
  EXPECT_THAT(error_of("name: a\nsteps: 0x10\n"), HasSubstr("expected an integer"));
  EXPECT_THAT(error_of("name: a\nsteps: 010\n"),
              HasSubstr("c.yaml:2:8: steps is \"010\", expected an integer of at least 1 without a "
                        "zero in front"));
  EXPECT_THAT(error_of("name: a\nmode: fats\n"), HasSubstr("did you mean \"fast\"?"));
  EXPECT_THAT(error_of("name: a\ninner: 3\n"), HasSubstr("expected a section"));
  EXPECT_THAT(error_of("steps: 3\n"), HasSubstr("\"name\" is missing"));
  EXPECT_THAT(error_of("name:\nsteps: 3\n"),
              HasSubstr("c.yaml:1:1: \"name\" is empty (of the run)"));
  EXPECT_THAT(error_of("name: [\n"), HasSubstr("c.yaml:"));
  EXPECT_THAT(
      error_of("name: a\n", {"inner.rat=1"}),
      HasSubstr("command line: inner.rat=1: unknown key \"inner.rat\"; did you mean \"rate\"?"));
  EXPECT_THAT(error_of("name: a\n", {"steps"}), HasSubstr("expected key=value"));
}

/// Keys of every kind, some of them without a value.
struct Kinds {
  std::string text = "t", word = "a";
  int64_t count = 5;
  uint64_t seed = 0;
  std::optional<int64_t> limit = 3;
  std::optional<double> rate = 0.5;
  std::vector<std::string> files = {"f"};
  std::vector<WeightedName> rewards = {{"x", 1.0}};
};

void visit_fields(FieldVisitor& v, Kinds& c) {
  v.field({.name = "text", .help = "any"}, c.text);
  v.field({.name = "word", .help = "one of", .choices = {"a", "null"}}, c.word);
  v.field({.name = "count", .help = "whole"}, c.count);
  v.field({.name = "seed", .help = "whole"}, c.seed);
  v.field({.name = "limit", .help = "at most"}, c.limit);
  v.field({.name = "rate", .help = "of it"}, c.rate);
  v.field({.name = "files", .help = "names"}, c.files);
  v.field({.name = "rewards", .help = "what counts", .choices = {"x", "y"}}, c.rewards);
}

class ConfigValues : public ::testing::Test {
 protected:
  Kinds load_kinds(const std::string& text, const std::vector<std::string>& overrides) {
    io::write_file_atomic(folder_.path() / "k.yaml", text);
    Kinds kinds;
    load(folder_.path() / "k.yaml", overrides, [&](FieldVisitor& v) { visit_fields(v, kinds); },
         {});
    return kinds;
  }
  std::string error_of(const std::string& text, const std::vector<std::string>& overrides) {
    try {
      load_kinds(text, overrides);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "";
  }
  test::TemporaryFolder folder_;
};

// What YAML calls null unsets a key that may be unset; for a text it may be the word.
TEST_F(ConfigValues, NullUnsetsOnTheCommandLine) {
  for (const char* null : {"", "~", "null", "Null", "NULL"}) {
    const std::string value = null;
    const auto c =
        load_kinds("limit: 7\nrate: 0.25\nfiles: [a, b]\n",
                   {"limit=" + value, "rate=" + value, "files=" + value, "text=" + value});
    EXPECT_FALSE(c.limit.has_value()) << value;
    EXPECT_FALSE(c.rate.has_value()) << value;
    EXPECT_TRUE(c.files.empty()) << value;
    EXPECT_EQ(c.text, value);
  }
  EXPECT_EQ(load_kinds("", {"word=null"}).word, "null") << "the word is one of the choices";
  EXPECT_EQ(load_kinds("", {"text=#1"}).text, "#1")
      << "a remark of YAML is text on the command line";
  EXPECT_THAT(error_of("", {"count=null"}), HasSubstr("count is null, expected an integer"));
  EXPECT_THAT(error_of("", {"limit=#1"}), HasSubstr("limit is \"#1\", expected an integer"));
  EXPECT_THAT(error_of("text:\n", {}),
              HasSubstr("k.yaml:1:1: text is null, expected text (\"\" for none)"));
}

TEST_F(ConfigValues, IntegersAreIntegers) {
  EXPECT_EQ(load_kinds("", {"count=9007199254740993"}).count, 9007199254740993)
      << "2^53 + 1, which no double is";
  EXPECT_EQ(load_kinds("count: -9223372036854775808\n", {}).count,
            std::numeric_limits<int64_t>::min());
  EXPECT_EQ(load_kinds("", {"limit=9223372036854775807"}).limit,
            std::numeric_limits<int64_t>::max());
  EXPECT_EQ(load_kinds("", {"seed=18446744073709551615"}).seed,
            std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(load_kinds("", {"count=1e3"}).count, 1000) << "an integer in another form";
  EXPECT_EQ(load_kinds("", {"count=16.0"}).count, 16);
  for (const char* wrong : {"9223372036854775808", "1.5", "010", "-010", "0x10", "1e30",
                            "9007199254740993.0e1", "nan", "inf", "+5", "1_000", "true"})
    EXPECT_THAT(error_of("", {concat("count=", wrong)}), HasSubstr("expected an integer")) << wrong;
  EXPECT_THAT(error_of("", {"seed=-1"}), HasSubstr("expected an integer"));
  EXPECT_THAT(error_of("", {"rate=00.5"}), HasSubstr("expected a number without a zero in front"));
  auto kinds = load_kinds("", {"count=9007199254740993"});
  EXPECT_THAT(to_yaml([&](FieldVisitor& v) { visit_fields(v, kinds); }, false),
              HasSubstr("count: 9007199254740993\n"));
}

TEST_F(ConfigValues, OneValueIsAListOfOne) {
  EXPECT_EQ(load_kinds("files: a.jsonl\n", {}).files, std::vector<std::string>{"a.jsonl"});
  EXPECT_EQ(load_kinds("", {"files=b.jsonl"}).files, std::vector<std::string>{"b.jsonl"});
  EXPECT_EQ(load_kinds("rewards: y\n", {}).rewards.at(0).name, "y");
  EXPECT_EQ(load_kinds("rewards: {name: y, weight: 0.5}\n", {}).rewards.at(0).weight, 0.5);
  EXPECT_THAT(error_of("files: {a: 1}\n", {}), HasSubstr("files is not a single value"));
}

TEST_F(ConfigValues, AnItemOfRewardsSaysWhatIsKnown) {
  EXPECT_THAT(
      error_of("rewards: [{weight: 1}]\n", {}),
      HasSubstr(
          "an item of rewards has no name, expected {name: ..., weight: ...} with one of x, y"));
  EXPECT_THAT(error_of("rewards: [{name: z}]\n", {}),
              HasSubstr("k.yaml:1:18: name is \"z\", expected one of x, y"));
}

TEST_F(ConfigLoad, AnEmptyRequiredListIsEmptyNotMissing) {
  std::vector<std::string> records;
  io::write_file_atomic(folder_.path() / "e.yaml", "records: []\n");
  try {
    load(folder_.path() / "e.yaml", {},
         [&](FieldVisitor& v) {
           v.field({.name = "records", .help = "files", .required = true}, records);
         },
         {});
    ADD_FAILURE() << "no error";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("e.yaml:1:1: \"records\" is empty (files)"));
  }
}

TEST_F(ConfigLoad, MarksAndLineEndsOfOtherSystemsAreRead) {
  EXPECT_EQ(load_text("\xEF\xBB\xBFname: a\r\nsteps: 7\r\n").steps, 7);
  EXPECT_EQ(load_text("name: it's 5 o'clock  # don't\nsteps: 7\n").name, "it's 5 o'clock");
  EXPECT_EQ(load_text("name: 'it''s \"so\"'\n").name, "it's \"so\"");
}

TEST_F(ConfigLoad, AnUnknownKeyIsLookedForAtAnyDepth) {
  EXPECT_THAT(error_of("name: a\nrate: 0.5\n"),
              HasSubstr("c.yaml:2:1: unknown key \"rate\"; did you mean inner.rate?"));
  EXPECT_THAT(error_of("name: a\nlimits: 3\n"), HasSubstr("did you mean inner.limit?"));
  EXPECT_THAT(error_of("name: a\ninner: {steps: 3}\n"),
              HasSubstr("unknown key \"inner.steps\"; did you mean steps?"));
  EXPECT_THAT(error_of("name: a\nzzzzzzzzz: 3\n"), HasSubstr("known here: name, steps"));
}

TEST_F(ConfigLoad, HelpShowsTheChoices) {
  auto c = load_text("name: a\n");
  EXPECT_THAT(to_yaml([&](FieldVisitor& v) { visit_fields(v, c); }, true),
              HasSubstr("# how: fast or slow\nmode: \"fast\"\n"));
}

// What has no effect stands as a remark, what is required without a value.
TEST(AllKeys, BeginAConfig) {
  Outer outer;
  bool other = true;
  const auto visit = [&](FieldVisitor& v) {
    visit_fields(v, outer);
    if (v.wants_fields_without_effect())
      v.field({.name = "other", .help = "of another mode"}, other);
  };
  const auto text = all_keys_yaml(visit);
  EXPECT_THAT(text, HasSubstr("name:   # required: of the run\n"));
  EXPECT_THAT(text, HasSubstr("  # at most\n  limit: null\n"));
  EXPECT_THAT(text, HasSubstr("# of another mode\n#other: true\n"));
}

TEST_F(ConfigLoad, PrintedConfigLoadsToTheSameValues) {
  auto c =
      load_text("name: 'a: #b'\nsteps: 3\nrewards: [{name: x, weight: 0.1}]\ninner: {limit: 4}\n");
  const auto visit = [&](FieldVisitor& v) { visit_fields(v, c); };
  const auto text = to_yaml(visit, true);
  auto again = load_text(text);
  EXPECT_EQ(to_yaml([&](FieldVisitor& v) { visit_fields(v, again); }, true), text);
  EXPECT_EQ(again.name, "a: #b");
}

}  // namespace
}  // namespace vrlt::config
