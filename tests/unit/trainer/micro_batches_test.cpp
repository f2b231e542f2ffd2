#include "trainer/step/micro_batches.h"

#include <gtest/gtest.h>

namespace vrlt::trainer {
namespace {

using Sizes = std::vector<size_t>;

TEST(MicroBatchSizes, AreBoundedByGroups) {
  EXPECT_EQ(micro_batch_sizes({9, 9, 9, 9, 9}, 2, 0), (Sizes{2, 2, 1}));
  EXPECT_EQ(micro_batch_sizes({9, 9}, 8, 0), (Sizes{2}));
  EXPECT_TRUE(micro_batch_sizes({}, 2, 0).empty());
}

TEST(MicroBatchSizes, AreBoundedByTokens) {
  // 3 + 4 = 7; 5 would make 12; 5 + 5 = 10 is just enough; 30 goes alone; then 1 + 1
  EXPECT_EQ(micro_batch_sizes({3, 4, 5, 5, 30, 1, 1}, 8, 10), (Sizes{2, 2, 1, 2}));
  EXPECT_EQ(micro_batch_sizes({1, 1, 1}, 2, 10), (Sizes{2, 1}));  // whichever bound comes first
}

}  // namespace
}  // namespace vrlt::trainer
