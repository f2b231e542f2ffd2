#pragma once

#include <memory>

#include "vrlt/distributed/shard_ranks.h"
#include "vrlt/optim/sharding_config.h"

namespace vrlt::trainer {

/// The section with shard_ranks as it is meant: where ranks meet in every pass, by default those of
/// a machine do. All ranks call it.
optim::ShardingConfig resolved_sharding(const optim::ShardingConfig& section,
                                        distributed::ProcessGroup& group);

/// Over which ranks the decoder's layers are cut, of the policy and of its reference
/// (ModelOptions::layers_over); null: each rank has them whole. All ranks call it. @throws
/// ConfigError as ShardRanks.
std::shared_ptr<const distributed::ShardRanks> ranks_of_layers(const optim::ShardingConfig& section,
                                                               distributed::ProcessGroup& group);

}  // namespace vrlt::trainer
