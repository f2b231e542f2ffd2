#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace vrlt {

/// A 64-bit hash of bytes that never changes between versions or machines (FNV-1a, then mixed).
uint64_t stable_hash(std::string_view bytes);

/// Stateless randomness: a value is a pure function of its coordinates, never of what was drawn
/// before, of batch order, rank or resume.
/// @param key       who draws: stable_hash of a sample id, say.
/// @param draw      which of its draws (response index k).
/// @param position  where inside the draw (token position).
uint64_t random_bits(uint64_t seed, uint64_t key, uint64_t draw, uint64_t position);

/// Uniform in [0, 1), with 53 random bits.
double random_uniform(uint64_t seed, uint64_t key, uint64_t draw, uint64_t position);

/// A permutation of 0..size-1 that depends on (seed, key) only.
std::vector<int64_t> random_permutation(int64_t size, uint64_t seed, uint64_t key);

}  // namespace vrlt
