#include "vrlt/model/held_parameters.h"

#include <optional>

#include "vrlt/checkpoint/tensor_spec.h"
#include "vrlt/distributed/sharded_blocks.h"

namespace vrlt::model {
namespace {

using distributed::ShardedBlocks;

/// Null where the parameter is whole.
const ShardedBlocks* blocks_with(const std::string& name, const ParameterTable& parameters) {
  const auto* blocks = parameters.sharded_blocks();
  return blocks != nullptr && blocks->block_of(name) ? blocks : nullptr;
}

void append(std::vector<checkpoint::TensorPiece>& pieces, const NamedParameter& parameter,
            std::vector<ShardedBlocks::Part> parts) {
  for (auto& [begin, values] : parts)
    pieces.push_back({parameter.name, parameter.tensor.sizes().vec(), begin, std::move(values)});
}

}  // namespace

std::vector<checkpoint::TensorPiece> held_parameters(const ParameterTable& parameters) {
  std::vector<checkpoint::TensorPiece> pieces;
  for (const auto& parameter : parameters.entries()) {
    const auto& [name, tensor] = parameter;
    if (const auto* blocks = blocks_with(name, parameters))
      append(pieces, parameter, blocks->held(name));
    else
      pieces.push_back({name, tensor.sizes().vec(), 0, tensor.detach().view({-1})});
  }
  return pieces;
}

std::vector<checkpoint::TensorPiece> stored_parameters(const ParameterTable& parameters,
                                                       const distributed::ProcessGroup& group) {
  checkpoint::NamedTensors whole;
  std::vector<checkpoint::TensorPiece> pieces;
  for (const auto& parameter : parameters.entries()) {
    if (const auto* blocks = blocks_with(parameter.name, parameters))
      append(pieces, parameter, blocks->own(parameter.name));
    else
      whole.emplace_back(parameter.name, parameter.tensor);
  }
  for (auto& piece : checkpoint::share_of(whole, group.rank(), group.world_size()))
    pieces.push_back(std::move(piece));
  return pieces;
}

}  // namespace vrlt::model
