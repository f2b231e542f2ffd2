#include "vrlt/io/command_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vrlt/core/error.h"

namespace vrlt::io {
namespace {

using ::testing::ElementsAre;

TEST(CommandWords, AreSplitAtWhiteSpace) {
  EXPECT_THAT(command_words("python3 my_reward.py"), ElementsAre("python3", "my_reward.py"));
  EXPECT_THAT(command_words("  a\t b\n"), ElementsAre("a", "b"));
}

TEST(CommandWords, QuotesAndBackslashesKeepWhatTheyHold) {
  EXPECT_THAT(command_words(R"(run 'a  b' "c 'd'" e\ f "" x''y)"),
              ElementsAre("run", "a  b", "c 'd'", "e f", "", "xy"));
  EXPECT_THAT(command_words(R"("a\"b\\c\d" 'e\f' g\\h)"),
              ElementsAre(R"(a"b\c\d)", R"(e\f)", R"(g\h)"));
}

TEST(CommandWords, NothingIsExpanded) {
  EXPECT_THAT(command_words("echo $HOME *.py ~ | cat > out; `x`"),
              ElementsAre("echo", "$HOME", "*.py", "~", "|", "cat", ">", "out;", "`x`"));
}

TEST(CommandWords, WhatIsNotClosedIsAnError) {
  for (const char* command : {"", " \t", "a 'b", "a \"b\\\"", "a \\"})
    EXPECT_THROW(command_words(command), ConfigError) << command;
}

}  // namespace
}  // namespace vrlt::io
