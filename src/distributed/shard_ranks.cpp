#include "vrlt/distributed/shard_ranks.h"

#include <algorithm>

#include "vrlt/core/error.h"

namespace vrlt::distributed {

ShardRanks::ShardRanks(ProcessGroup& group, int64_t inner) : group_(group) {
  const int64_t ranks = group.world_size(), size = inner == 0 ? ranks : std::min(inner, ranks);
  if (size < 1 || ranks % size != 0)
    throw ConfigError(concat("distributed.shard_ranks is ", inner, ", expected a divisor of ",
                             ranks, ", the number of ranks, or 0 for all"));
  if (size == ranks) return;
  inner_ = group.split(group.rank() / size);
  outer_ = group.split(group.rank() % size);
}

}  // namespace vrlt::distributed
