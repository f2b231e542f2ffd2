#pragma once

#include <string>

#include "vrlt/distributed/sharded_blocks.h"

namespace vrlt::trainer {

/// Whether layers that are cut over ranks come one after the other in each pass of a rollout,
/// rather than once for all of it. All ranks call it and get the same answer.
/// @param blocks  null: the layers are whole. @param weights  see settings::kRolloutWeights; auto
/// looks at the memory that is free now.
bool rolls_out_by_layers(const distributed::ShardedBlocks* blocks, const std::string& weights,
                         distributed::ProcessGroup& group);

/// Rolls out with a model whose layers may be cut over ranks. All ranks call it; within it they may
/// have different numbers of prompts, of tokens, or none.
template <typename RollOut>
void with_rollout_weights(distributed::ShardedBlocks* blocks, bool by_layers, RollOut&& roll_out) {
  if (blocks == nullptr || !by_layers) {
    const distributed::WholeBlocks whole(blocks);
    roll_out();
    return;
  }
  blocks->begin_lockstep();
  roll_out();
  blocks->end_lockstep();
}

}  // namespace vrlt::trainer
