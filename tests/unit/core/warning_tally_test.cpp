#include "vrlt/core/warning_tally.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace vrlt::log {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// What an action writes to the log.
template <typename Action>
std::string logged(const Action& action) {
  ::testing::internal::CaptureStderr();
  action();
  return ::testing::internal::GetCapturedStderr();
}

TEST(WarningTally, LogsTheFirstOfAKindAndCountsTheOthers) {
  auto tally = std::make_unique<WarningTally>();
  const auto first = logged([&] { tally->note("starts late", "a/1", "starts 3 s late"); });
  EXPECT_THAT(first, HasSubstr("a/1: starts 3 s late"));
  EXPECT_THAT(logged([&] {
                tally->note("starts late", "a/2", "starts 4 s late");
                tally->note("starts late", "a/1", "starts 3 s late");  // the next epoch
              }),
              IsEmpty());
  EXPECT_EQ(tally->count("starts late"), 2);
  EXPECT_EQ(tally->count("is short"), 0);
  EXPECT_THAT(tally->summaries(), ElementsAre("2 samples: starts late: a/1, a/2"));
  EXPECT_THAT(logged([&] { tally.reset(); }), HasSubstr("2 samples: starts late: a/1, a/2"));
}

TEST(WarningTally, SaysNothingTwice) {
  WarningTally tally;
  tally.note("one", "a", "x");
  EXPECT_THAT(logged([&] { tally.tell(); }), IsEmpty()) << "a single item was logged when it came";
  tally.note("one", "b", "x");
  EXPECT_THAT(logged([&] { tally.tell(); }), HasSubstr("2 samples: one: a, b"));
  EXPECT_THAT(logged([&] { tally.tell(); }), IsEmpty());
}

TEST(WarningTally, NamesTheFirstFiveOfMany) {
  WarningTally tally;
  for (int i = 0; i < 1000; ++i) tally.note("is short", "s/" + std::to_string(i), "x");
  EXPECT_THAT(tally.summaries(),
              ElementsAre("1000 samples: is short: s/0, s/1, s/2, s/3, s/4 and 995 more"));
}

TEST(WarningTally, CountsWhatManyThreadsNote) {
  WarningTally tally;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 100; ++i) tally.note("kind", std::to_string(i), "x");
      });
  }
  EXPECT_EQ(tally.count("kind"), 100);
}

}  // namespace
}  // namespace vrlt::log
