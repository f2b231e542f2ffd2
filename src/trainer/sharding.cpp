#include "vrlt/trainer/sharding.h"

#include "vrlt/distributed/machine_ranks.h"

namespace vrlt::trainer {

optim::ShardingConfig resolved_sharding(const optim::ShardingConfig& section,
                                        distributed::ProcessGroup& group) {
  auto sharding = section;
  if (sharding.shards_gradients() && sharding.shard_ranks == 0)
    sharding.shard_ranks = distributed::ranks_within_machines(group);
  return sharding;
}

std::shared_ptr<const distributed::ShardRanks> ranks_of_layers(const optim::ShardingConfig& section,
                                                               distributed::ProcessGroup& group) {
  if (!section.shards_parameters() || group.world_size() == 1) return nullptr;
  return std::make_shared<const distributed::ShardRanks>(
      group, resolved_sharding(section, group).shard_ranks);
}

}  // namespace vrlt::trainer
