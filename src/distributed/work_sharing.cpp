#include "vrlt/distributed/work_sharing.h"

#include <algorithm>
#include <numeric>

#include "vrlt/core/error.h"

namespace vrlt::distributed {

std::vector<int64_t> share_by_cost(const std::vector<double>& costs, int64_t world_size) {
  VRLT_CHECK(world_size >= 1, "world size ", world_size);
  std::vector<size_t> dearest_first(costs.size());
  std::iota(dearest_first.begin(), dearest_first.end(), size_t{0});
  std::stable_sort(dearest_first.begin(), dearest_first.end(),
                   [&](size_t a, size_t b) { return costs[a] > costs[b]; });
  // Pieces without cost still take turns.
  std::vector<std::pair<double, int64_t>> loads(static_cast<size_t>(world_size), {0.0, 0});
  std::vector<int64_t> ranks(costs.size());
  for (const size_t piece : dearest_first) {
    const auto least = std::min_element(loads.begin(), loads.end());
    ranks[piece] = least - loads.begin();
    least->first += costs[piece];
    ++least->second;
  }
  return ranks;
}

}  // namespace vrlt::distributed
