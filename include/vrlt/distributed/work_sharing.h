#pragma once

#include <cstdint>
#include <vector>

namespace vrlt::distributed {

/// Which rank does which piece of work, so that the most loaded rank has little more than the
/// others: the dearest piece first, each to the rank with the least so far (Graham's LPT: at most
/// 4/3 of the best possible). Equal costs are dealt out in turn. Every rank that asks with the same
/// costs gets the same answer.
/// @param costs  finite, not negative. @return one rank per piece.
std::vector<int64_t> share_by_cost(const std::vector<double>& costs, int64_t world_size);

}  // namespace vrlt::distributed
