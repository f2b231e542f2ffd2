#pragma once

#include <cstdint>
#include <string_view>

namespace vrlt {

/// A 64-bit hash for comparing gigabytes between processes of one run: several bytes per cycle, and
/// no promise between versions.
/// @param seed  the hash of what came before.
uint64_t word_hash(std::string_view bytes, uint64_t seed = 0);

}  // namespace vrlt
