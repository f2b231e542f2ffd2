#include "video/time_cadence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace vrlt::video {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr double kClock = 90000.0;  // of transport streams
constexpr int64_t kStep = 3600;     // 25 frames a second

/// Frames in decoding order, given as numbers of shown frames.
std::vector<int64_t> times_of(const std::vector<int64_t>& numbers) {
  std::vector<int64_t> times;
  for (const int64_t number : numbers) times.push_back(number * kStep);
  return times;
}

std::vector<int64_t> in_order(int64_t count) {
  std::vector<int64_t> numbers;
  for (int64_t i = 0; i < count; ++i) numbers.push_back(i);
  return numbers;
}

/// Groups of I or P and three B: 0 | 4 2 1 3 | 8 6 5 7 | ...
std::vector<int64_t> with_pyramids(int64_t groups) {
  std::vector<int64_t> numbers{0};
  for (int64_t g = 0; g < groups; ++g)
    for (const int64_t offset : {4, 2, 1, 3}) numbers.push_back(g * 4 + offset);
  return numbers;
}

// Each bit of a timestamp that is worth more than a second, of each frame, set or cleared.
TEST(TimeCadence, OneDamagedBitIsPutRight) {
  const int64_t start = int64_t{1} << 30;  // so that a bit may also be cleared
  for (const auto& numbers : {in_order(60), with_pyramids(15)}) {
    auto right = times_of(numbers);
    for (auto& time : right) time += start;
    for (int bit = 17; bit < 33; ++bit)
      for (size_t i = 0; i < right.size(); ++i) {
        auto times = right;
        times[i] ^= int64_t{1} << bit;
        const auto damaged = times[i];
        const bool is_last = i + 8 >= right.size() && damaged > right[i];
        const auto changed = mend_times(times, /*gaps_are_damage=*/true, kClock);
        // Near the end, where few frames follow, it may be a gap; large ones are told by the
        // standard only for the very last.
        if (is_last && changed.empty()) continue;
        if (i == 0 && damaged < right[i] && changed.empty()) continue;
        ASSERT_THAT(changed, ElementsAre(i)) << "bit " << bit;
        ASSERT_LT(std::abs(times[i] - right[i]), kStep) << "frame " << i << ", bit " << bit;
        times[i] = right[i];
        ASSERT_EQ(times, right) << "the others keep theirs";
      }
  }
}

TEST(TimeCadence, SoIsACluster) {
  auto times = times_of(in_order(100));
  const auto right = times;
  for (size_t i = 40; i < 65; ++i) times[i] += int64_t{1} << 25;
  EXPECT_EQ(mend_times(times, false, kClock).size(), 25u);
  for (size_t i = 0; i < times.size(); ++i) EXPECT_LE(std::abs(times[i] - right[i]), kStep) << i;
}

TEST(TimeCadence, AGapIsNoDamage) {
  auto numbers = in_order(100);
  for (size_t i = 50; i < 100; ++i) numbers[i] += 500;  // twenty seconds without a picture
  auto times = times_of(numbers);
  EXPECT_THAT(mend_times(times, true, kClock), IsEmpty());
  // Frames before a gap that are decoded behind the one after it: P is shown at 104, B at 1 to 3.
  numbers = with_pyramids(20);
  for (auto& number : numbers) number += number >= 40 ? 100 : 0;
  times = times_of(numbers);
  EXPECT_THAT(mend_times(times, true, kClock), IsEmpty());
  // The picture before the last one stays for a minute.
  times = times_of(in_order(50));
  times.back() += 1500 * kStep;
  EXPECT_THAT(mend_times(times, false, kClock), IsEmpty());
}

TEST(TimeCadence, SlowPicturesBetweenFastOnesAreNoDamage) {
  std::vector<int64_t> numbers;
  int64_t now = 0;
  for (int i = 0; i < 100; ++i) numbers.push_back(now += i % 10 == 9 ? 40 : 1);
  auto times = times_of(numbers);
  EXPECT_THAT(mend_times(times, true, kClock), IsEmpty());
}

TEST(TimeCadence, AClockThatStartsAnewIsLeftAlone) {
  auto numbers = in_order(60);
  const auto again = in_order(60);
  numbers.insert(numbers.end(), again.begin(), again.end());
  auto times = times_of(numbers);
  EXPECT_THAT(mend_times(times, true, kClock), IsEmpty());
}

TEST(TimeCadence, HostileTimesAreLeftAlone) {
  const std::vector<std::vector<int64_t>> hostile = {
      {}, {5}, {5, 5}, {7, 7, 7, 7}, {INT64_MIN + 1, 0, INT64_MAX}, {0, INT64_MAX, 1}};
  for (const auto& times : hostile) {
    auto changed = times;
    EXPECT_THAT(mend_times(changed, true, kClock), IsEmpty());
    EXPECT_EQ(changed, times);
  }
}

}  // namespace
}  // namespace vrlt::video
