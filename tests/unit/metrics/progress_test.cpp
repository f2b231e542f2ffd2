#include "vrlt/metrics/progress.h"

#include <gtest/gtest.h>

namespace vrlt::metrics {
namespace {

// The label, the text and what is around the bar take 4 + 9 + 4 of the columns.
TEST(ProgressLine, FitsTheTerminal) {
  const auto line = [](size_t columns) { return progress_line("grpo", 0.5, "12/24 0:3", columns); };
  EXPECT_EQ(line(100), "grpo [" + std::string(15, '#') + std::string(15, '.') + "] 12/24 0:3")
      << "at most 30";
  EXPECT_EQ(line(27), "grpo [#####.....] 12/24 0:3") << "what is left";
  EXPECT_EQ(line(26), "grpo 12/24 0:3") << "less than ten say nothing";
  EXPECT_EQ(line(10), "grpo 12/24");
}

// A number that is cut is another number: "load 1" of "load 14%".
TEST(ProgressLine, LeavesOutWholeParts) {
  const auto line = [](size_t columns) {
    return progress_line("grpo", 0.5, "12/24  reward 0.51  load 14%", columns);
  };
  EXPECT_EQ(line(33), "grpo 12/24  reward 0.51  load 14%");
  EXPECT_EQ(line(32), "grpo 12/24  reward 0.51");
  EXPECT_EQ(line(22), "grpo 12/24");
}

TEST(ProgressLine, TakesAnyShare) {
  EXPECT_EQ(progress_line("a", 0, "b", 20), "a [..............] b");
  EXPECT_EQ(progress_line("a", 1, "b", 20), "a [##############] b");
  EXPECT_EQ(progress_line("a", 1.5, "b", 20), "a [##############] b");
}

}  // namespace
}  // namespace vrlt::metrics
