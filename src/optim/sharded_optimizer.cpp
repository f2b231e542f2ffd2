#include "vrlt/optim/sharded_optimizer.h"

#include <ATen/ops/empty_like.h>

#include <map>

#include "vrlt/core/error.h"
#include "vrlt/optim/gradients.h"

namespace vrlt::optim {
namespace {

/// State that is as long as the parameter, unlike a count of updates.
bool is_of_elements(const at::Tensor& state) { return state.dim() > 0; }

NamedTensors without_memory(const NamedTensors& parameters) {
  NamedTensors shapes;
  for (const auto& [name, tensor] : parameters)
    shapes.emplace_back(name, at::empty_like(tensor, tensor.options().device(at::kMeta)));
  return shapes;
}

}  // namespace

ShardedOptimizer::ShardedOptimizer(NamedTensors parameters, const Make& make,
                                   distributed::ProcessGroup& group, const ShardingConfig& config,
                                   distributed::ShardedBlocks* blocks)
    : slices_(blocks != nullptr
                  ? ParameterSlices(std::move(parameters), *blocks)
                  : ParameterSlices(std::move(parameters), group, config.shard_ranks)),
      gradients_(slices_, config),
      optimizer_(make(slices_.own())),
      whole_state_(make(without_memory(slices_.parameters()))->state()) {}

double ShardedOptimizer::finish_gradients(double max_norm) {
  gradients_.finish();
  return clip_gradients(slices_.own(), max_norm, slices_.group());
}

void ShardedOptimizer::step(double lr) {
  optimizer_->step(lr);
  slices_.gather();
}

void ShardedOptimizer::drop_gradients() { clear_gradients(slices_.own()); }

/// @param state_name  "<kind>.<parameter>" (Optimizer::state).
const ParameterSlices::Slice& ShardedOptimizer::slice_of(const std::string& state_name) const {
  const auto parameter = state_name.substr(state_name.find('.') + 1);
  for (const auto& slice : slices_.slices())
    if (slices_.parameters()[slice.parameter].first == parameter) return slice;
  throw ContractError(concat("state \"", state_name, "\" is of no parameter of this rank"));
}

std::vector<checkpoint::TensorPiece> ShardedOptimizer::state_pieces() const {
  std::vector<checkpoint::TensorPiece> pieces;
  for (const auto& [name, state] : optimizer_->state()) {
    const auto& slice = slice_of(name);
    const bool of_elements = is_of_elements(state);
    if (!of_elements && slice.begin > 0) continue;  // the same as of the slice before
    std::vector<int64_t> shape;
    if (of_elements) shape = slices_.parameters()[slice.parameter].second.sizes().vec();
    pieces.push_back({name, std::move(shape), of_elements ? slice.begin : 0, state.view({-1})});
  }
  return pieces;
}

void ShardedOptimizer::load_state(const NamedTensors& stored) {
  const std::map<std::string, at::Tensor> by_name(stored.begin(), stored.end());
  for (const auto& [name, shape] : whole_state_) {
    const auto found = by_name.find(name);
    if (found == by_name.end() || found->second.sizes() != shape.sizes())
      throw CheckpointError("optimizer state lacks \"" + name + "\" of the right shape");
  }
  NamedTensors own;
  for (const auto& [name, state] : optimizer_->state()) {
    const auto& slice = slice_of(name);
    const auto& whole = by_name.at(name);
    own.emplace_back(
        name, is_of_elements(state)
                  ? whole.reshape({-1}).narrow(0, slice.begin, slice.count).view(state.sizes())
                  : whole);
  }
  optimizer_->load_state(own);
}

}  // namespace vrlt::optim
