#include "vrlt/core/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace vrlt {

TEST(Random, DependsOnEveryCoordinate) {
  const double base = random_uniform(1, 2, 3, 4);
  EXPECT_EQ(base, random_uniform(1, 2, 3, 4));
  EXPECT_NE(base, random_uniform(2, 2, 3, 4));
  EXPECT_NE(base, random_uniform(1, 3, 3, 4));
  EXPECT_NE(base, random_uniform(1, 2, 4, 4));
  EXPECT_NE(base, random_uniform(1, 2, 3, 5));
  EXPECT_NE(random_bits(0, 1, 2, 3), random_bits(0, 2, 1, 3)) << "coordinates must not commute";
}

TEST(Random, IsUniform) {
  // Mean of n uniforms: 1/2, standard error sqrt(1/12/n) = 0.0009 for n = 100000; mean square 1/3.
  double sum = 0, squares = 0;
  constexpr int kCount = 100000;
  for (int i = 0; i < kCount; ++i) {
    const double u =
        random_uniform(7, 11, static_cast<uint64_t>(i % 8), static_cast<uint64_t>(i / 8));
    ASSERT_GE(u, 0.0);
    ASSERT_LT(u, 1.0);
    sum += u;
    squares += u * u;
  }
  EXPECT_NEAR(sum / kCount, 0.5, 0.005);
  EXPECT_NEAR(squares / kCount, 1.0 / 3.0, 0.005);
}

TEST(Random, PermutationHoldsEveryIndexOnce) {
  auto order = random_permutation(100, 3, 0);
  EXPECT_NE(order, random_permutation(100, 3, 1));
  EXPECT_EQ(order, random_permutation(100, 3, 0));
  std::sort(order.begin(), order.end());
  for (int64_t i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<size_t>(i)], i);
}

}  // namespace vrlt
