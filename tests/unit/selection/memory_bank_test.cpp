#include "vrlt/selection/memory_bank.h"

#include <gtest/gtest.h>

#include "vrlt/core/error.h"

namespace vrlt::selection {

using Ids = std::vector<std::string>;

TEST(MemoryBank, TakesTheHighestAverageFirst) {
  MemoryBank bank({});
  EXPECT_TRUE(bank.observe("low", 0.4));
  EXPECT_TRUE(bank.observe("high", 0.9));
  EXPECT_FALSE(bank.observe("none", 0.1)) << "below 0.3: to be replaced";
  EXPECT_EQ(bank.size(), 2);
  EXPECT_EQ(bank.take(1), Ids{"high"});
  EXPECT_EQ(bank.take(5), Ids{"low"}) << "what was taken is not taken twice";
  EXPECT_TRUE(bank.take(1).empty());
}

TEST(MemoryBank, AveragesWhatItObserves) {
  MemoryBank bank({.momentum = 0.5});
  bank.observe("a", 1.0);
  bank.observe("b", 0.7);
  bank.observe("a", 0.3);  // 0.5 * 1.0 + 0.5 * 0.3 = 0.65
  EXPECT_EQ(bank.take(2), (Ids{"b", "a"}));
  bank.observe("a", 0.8);  // 0.5 * 0.65 + 0.5 * 0.8 = 0.725, remembered while it was out
  bank.observe("c", 0.72);
  EXPECT_EQ(bank.take(2), (Ids{"a", "c"}));
}

TEST(MemoryBank, DropsWhatFallsBelowTheThreshold) {
  MemoryBank bank({});
  bank.observe("a", 1.0);
  EXPECT_FALSE(bank.observe("a", 0.0));
  EXPECT_EQ(bank.size(), 0);
}

TEST(MemoryBank, IsBounded) {
  MemoryBank bank({.capacity = 3});
  for (int i = 0; i < 10; ++i) bank.observe(concat("s", i), 0.3 + 0.05 * i);
  EXPECT_EQ(bank.take(5), (Ids{"s9", "s8", "s7"}));
}

TEST(MemoryBank, LeavesOutWhatTheStepHasAlready) {
  MemoryBank bank({});
  bank.observe("a", 0.9);
  bank.observe("b", 0.8);
  EXPECT_EQ(bank.take(2, {"a"}), Ids{"b"});
  EXPECT_EQ(bank.size(), 1);
}

TEST(MemoryBank, GoesOnFromItsState) {
  MemoryBank bank({.momentum = 0.5}), restored({.momentum = 0.5});
  for (int i = 0; i < 6; ++i) bank.observe(concat("s", i), 0.3 + 0.1 * (i % 4));
  bank.take(2);
  restored.restore(io::parse_json(io::to_line(bank.state()), "state"));
  for (auto* b : {&bank, &restored}) b->observe("s3", 0.31);
  EXPECT_EQ(bank.state(), restored.state());
  EXPECT_EQ(bank.take(9), restored.take(9));
  EXPECT_THROW(restored.restore(io::Json::object()), DataError);
  EXPECT_THROW(restored.restore({{"bank", {{"a", "b"}}}, {"taken", io::Json::object()}}),
               DataError);
}

}  // namespace vrlt::selection
