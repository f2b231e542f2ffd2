#include "vrlt/core/free_memory.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace vrlt {
namespace {

TEST(FreeMemory, IsNoMoreThanAFreshLimitLeaves) {
  const int64_t before = free_memory();
  EXPECT_GT(before, 0);
  rlimit old{};
  ASSERT_EQ(getrlimit(RLIMIT_AS, &old), 0);
  constexpr rlim_t kLimit = rlim_t{1} << 40;  // far above what the machine has
  rlimit wide = old;
  wide.rlim_cur = std::min(kLimit, old.rlim_max);
  ASSERT_EQ(setrlimit(RLIMIT_AS, &wide), 0);
  EXPECT_GT(free_memory(), 0);
  rlimit narrow = old;
  narrow.rlim_cur = 1 << 20;  // less than the process has already: nothing is left
  ASSERT_EQ(setrlimit(RLIMIT_AS, &narrow), 0);
  const int64_t left = free_memory();
  ASSERT_EQ(setrlimit(RLIMIT_AS, &old), 0);
  EXPECT_EQ(left, 0);
}

}  // namespace
}  // namespace vrlt
