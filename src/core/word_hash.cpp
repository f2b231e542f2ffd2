#include "vrlt/core/word_hash.h"

#include <array>
#include <cstring>

namespace vrlt {
namespace {

constexpr uint64_t kOdd = 0x9e3779b97f4a7c15ULL;  // multiplying by it is a bijection

/// A bijection of the word. The shift brings high bits down, where the next multiplication spreads
/// them.
uint64_t absorb(uint64_t state, uint64_t word) {
  const uint64_t product = (state ^ word) * kOdd;
  return product ^ (product >> 32);
}

}  // namespace

uint64_t word_hash(std::string_view bytes, uint64_t seed) {
  // Lanes that do not wait for each other.
  std::array<uint64_t, 4> lanes = {seed, seed + 1, seed + 2, seed + 3};
  constexpr size_t kWord = sizeof(uint64_t), kBlock = kWord * lanes.size();
  const size_t size = bytes.size();
  for (; bytes.size() >= kBlock; bytes.remove_prefix(kBlock))
    for (size_t lane = 0; lane < lanes.size(); ++lane) {
      uint64_t word = 0;
      std::memcpy(&word, bytes.data() + lane * kWord, kWord);
      lanes[lane] = absorb(lanes[lane], word);
    }
  uint64_t hash = size;
  for (const uint64_t lane : lanes) hash = absorb(hash, lane);
  for (const unsigned char byte : bytes) hash = absorb(hash, byte);
  return absorb(hash, size);
}

}  // namespace vrlt
