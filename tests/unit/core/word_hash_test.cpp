#include "vrlt/core/word_hash.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace vrlt {
namespace {

// 71 bytes: two blocks of four words, and a tail of seven.
TEST(WordHash, EveryBitCounts) {
  std::string bytes(71, 'x');
  std::set<uint64_t> seen = {word_hash(bytes)};
  for (char& byte : bytes)
    for (int bit = 0; bit < 8; ++bit) {
      byte = static_cast<char>(byte ^ (1 << bit));
      seen.insert(word_hash(bytes));
      byte = static_cast<char>(byte ^ (1 << bit));
    }
  EXPECT_EQ(seen.size(), 1U + 71U * 8U);
}

TEST(WordHash, OrderLengthAndSeedCount) {
  const std::string a(8, 'a'), b(8, 'b');
  const std::set<uint64_t> seen = {
      word_hash(a + b + a + b),        word_hash(b + a + b + a),
      word_hash(a + b + a + b, 1),     word_hash(""),
      word_hash(std::string(1, '\0')), word_hash(std::string(32, '\0'))};
  EXPECT_EQ(seen.size(), 6U);
}

}  // namespace
}  // namespace vrlt
