#include "vrlt/core/random.h"

#include <numeric>

namespace vrlt {
namespace {

// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection with full avalanche.
uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

constexpr uint64_t kGoldenGamma = 0x9e3779b97f4a7c15ULL;

uint64_t absorb(uint64_t state, uint64_t word) {
  return mix((state + kGoldenGamma) ^ mix(word + kGoldenGamma));
}

}  // namespace

uint64_t stable_hash(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (const unsigned char byte : bytes) hash = (hash ^ byte) * 0x100000001b3ULL;
  return mix(hash);
}

uint64_t random_bits(uint64_t seed, uint64_t key, uint64_t draw, uint64_t position) {
  return absorb(absorb(absorb(mix(seed + kGoldenGamma), key), draw), position);
}

double random_uniform(uint64_t seed, uint64_t key, uint64_t draw, uint64_t position) {
  return static_cast<double>(random_bits(seed, key, draw, position) >> 11) * 0x1.0p-53;
}

std::vector<int64_t> random_permutation(int64_t size, uint64_t seed, uint64_t key) {
  std::vector<int64_t> order(static_cast<size_t>(size));
  std::iota(order.begin(), order.end(), 0);
  // Fisher-Yates; the modulo bias is below 2^-32 for any data set
  for (int64_t i = size - 1; i > 0; --i) {
    const auto j = static_cast<int64_t>(random_bits(seed, key, 0, static_cast<uint64_t>(i)) %
                                        static_cast<uint64_t>(i + 1));
    std::swap(order[static_cast<size_t>(i)], order[static_cast<size_t>(j)]);
  }
  return order;
}

}  // namespace vrlt
