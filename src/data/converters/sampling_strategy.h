#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vrlt::data {

/// Which of `count` items a sampling strategy of the seed's YAML takes: all, first:N, end:N or
/// random:N, where N may be a whole percentage, rounded up ("10%"). random is a permutation that
/// depends on `key` only.
/// @return  indices; ascending but for random. @throws DataError for another strategy.
std::vector<int64_t> sampled_indices(const std::string& strategy, int64_t count,
                                     const std::string& key, const std::string& place);

}  // namespace vrlt::data
