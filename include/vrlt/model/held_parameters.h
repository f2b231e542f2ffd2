#pragma once

#include <vector>

#include "vrlt/checkpoint/tensor_piece.h"
#include "vrlt/distributed/process_group.h"
#include "vrlt/model/parameter_table.h"

namespace vrlt::model {

/// What this rank has of the parameters, in their order: whole ones, and its parts of those that
/// are cut over ranks. Views: who writes there changes the parameter, and tells ShardedBlocks.
std::vector<checkpoint::TensorPiece> held_parameters(const ParameterTable& parameters);

/// Of the parameters what this rank stores: each element is of one rank of the group.
std::vector<checkpoint::TensorPiece> stored_parameters(const ParameterTable& parameters,
                                                       const distributed::ProcessGroup& group);

}  // namespace vrlt::model
