#include "vrlt/doctor/ask.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_folder.h"

namespace vrlt::doctor {
namespace {

using ::testing::HasSubstr;

class Asking : public testing::Test {
 protected:
  std::vector<Finding> ask(const std::string& script) const {
    const auto program = folder_.path() / "vrlt-doctor";
    std::ofstream(program) << "#!/bin/sh\n" << script << "\n";
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    return ask_about_libraries(program);
  }
  test::TemporaryFolder folder_;
};

TEST_F(Asking, WhatTheProgramFindsIsTaken) {
  const Finding finding{
      .part = "tables", .state = State::kNote, .what = "no \"Parquet\"", .advice = "build"};
  const auto found =
      ask("cat <<'END'\n" + io::to_line({{"findings", {to_json(finding)}}}) + "\nEND");
  ASSERT_EQ(found.size(), 1);
  EXPECT_EQ(found[0].part, "tables");
  EXPECT_EQ(found[0].state, State::kNote);
  EXPECT_EQ(found[0].what, "no \"Parquet\"");
  EXPECT_EQ(found[0].advice, "build");
}

// As the loader ends a program whose libraries are gone.
TEST_F(Asking, AProgramThatDoesNotStartIsAFindingWithItsLastWords) {
  const auto found =
      ask("echo 'error while loading shared libraries: libtorch_cpu.so' >&2\nexit 127");
  ASSERT_EQ(found.size(), 1);
  EXPECT_EQ(found[0].state, State::kBad);
  EXPECT_THAT(found[0].what, HasSubstr("exit code 127"));
  EXPECT_THAT(found[0].what, HasSubstr("libtorch_cpu.so"));
  EXPECT_THAT(found[0].advice, HasSubstr("lib/vrlt"));
}

TEST_F(Asking, AProgramThatCrashesIsAFinding) {
  const auto found = ask("kill -ILL $$");
  ASSERT_EQ(found.size(), 1);
  EXPECT_EQ(found[0].state, State::kBad);
  EXPECT_THAT(found[0].what, HasSubstr("signal 4"));
}

TEST_F(Asking, AProgramThatIsNotThereOrSaysSomethingElseIsAFinding) {
  const auto missing = ask_about_libraries(folder_.path() / "absent");
  ASSERT_EQ(missing.size(), 1);
  EXPECT_EQ(missing[0].state, State::kBad);
  for (const char* other : {"echo nonsense", "echo '{}'", "echo '{\"findings\": [1]}'", "true"}) {
    const auto found = ask(other);
    ASSERT_EQ(found.size(), 1) << other;
    EXPECT_EQ(found[0].state, State::kBad) << other;
  }
}

TEST(Findings, TheTextCountsWhatWouldNotWork) {
  const std::vector<Finding> findings = {
      {.part = "memory", .what = "8 GB"},
      {.part = "GPU 0", .state = State::kBad, .what = "too old", .advice = "update"},
      {.part = "tables", .state = State::kNote, .what = "none"}};
  EXPECT_EQ(text_of(findings),
            "ok    memory          8 GB\n"
            "BAD   GPU 0           too old\n"
            "                      -> update\n"
            "note  tables          none\n"
            "\n1 would not work, 1 note\n");
}

}  // namespace
}  // namespace vrlt::doctor
