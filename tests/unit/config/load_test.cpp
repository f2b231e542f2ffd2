#include "vrlt/config/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
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
  v.field({.name = "limit", .help = "at most", .min = 1}, c.limit);
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
    load(folder_.path() / "c.yaml", overrides, [&](FieldVisitor& v) { visit_fields(v, outer); }, {});
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
  const auto c = load_text("name: a\nsteps: 1e3\ninner: {rate: 0.25}\nrewards: [{name: x, weight: 2}, y]\n", {"inner.limit=7", "mode=slow"});
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

TEST_F(ConfigLoad, RefusesWhatYamlWouldLetThrough) {
  EXPECT_THAT(error_of("name: a\nname: b\n"), HasSubstr("c.yaml:2:1: \"name\" is written twice"));
  EXPECT_THAT(error_of("name: a\nsteps: 0x10\n"), HasSubstr("expected an integer"));
  EXPECT_EQ(load_text("name: a\nsteps: 010\n").steps, 10) << "decimal, not octal";
  EXPECT_THAT(error_of("name: a\nmode: fats\n"), HasSubstr("did you mean \"fast\"?"));
  EXPECT_THAT(error_of("name: a\ninner: 3\n"), HasSubstr("expected a section"));
  EXPECT_THAT(error_of("steps: 3\n"), HasSubstr("\"name\" is missing"));
  EXPECT_THAT(error_of("name: [\n"), HasSubstr("c.yaml:"));
  EXPECT_THAT(error_of("name: a\n", {"inner.rat=1"}), HasSubstr("command line: inner.rat=1: unknown key \"inner.rat\"; did you mean \"rate\"?"));
  EXPECT_THAT(error_of("name: a\n", {"steps"}), HasSubstr("expected key=value"));
}

TEST_F(ConfigLoad, PrintedConfigLoadsToTheSameValues) {
  auto c = load_text("name: 'a: #b'\nsteps: 3\nrewards: [{name: x, weight: 0.1}]\ninner: {limit: 4}\n");
  const auto visit = [&](FieldVisitor& v) { visit_fields(v, c); };
  const auto text = to_yaml(visit, true);
  auto again = load_text(text);
  EXPECT_EQ(to_yaml([&](FieldVisitor& v) { visit_fields(v, again); }, true), text);
  EXPECT_EQ(again.name, "a: #b");
}

}  // namespace
}  // namespace vrlt::config
