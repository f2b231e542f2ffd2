#include "vrlt/optim/parameter_slices.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "optim/slice_gather.h"
#include "vrlt/checkpoint/layer_names.h"
#include "vrlt/core/error.h"
#include "vrlt/optim/transfer_size.h"

namespace vrlt::optim {
namespace {

using checkpoint::layer_of;
using distributed::ShardLayout;

/// The name of the unit of a parameter; empty: all that is neither of a layer nor the head, whose
/// gradient is complete before that of any layer and as large as that of the embedding.
std::string unit_of(const std::string& parameter) {
  return parameter == "lm_head.weight" ? parameter : layer_of(parameter);
}

at::Tensor flat(const at::Tensor& parameter) { return parameter.detach().view({-1}); }

}  // namespace

ParameterSlices::ParameterSlices(NamedTensors parameters, distributed::ProcessGroup& group,
                                 int64_t shard_ranks)
    : parameters_(std::move(parameters)),
      ranks_(std::make_shared<const distributed::ShardRanks>(group, shard_ranks)) {
  cut();
}

ParameterSlices::ParameterSlices(NamedTensors parameters, distributed::ShardedBlocks& blocks)
    : parameters_(std::move(parameters)), ranks_(blocks.ranks()), blocks_(&blocks) {
  cut();
}

/// @param unit  numbers of its parameters.
std::optional<size_t> ParameterSlices::block_of(const std::vector<size_t>& unit) const {
  return blocks_ == nullptr ? std::nullopt : blocks_->block_of(parameters_[unit.front()].first);
}

void ParameterSlices::cut() {
  std::map<std::tuple<std::string, at::ScalarType>, std::vector<size_t>> members;
  std::vector<std::vector<size_t>*> in_order;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const auto& [name, tensor] = parameters_[i];
    auto& unit = members[{unit_of(name), tensor.scalar_type()}];
    if (unit.empty()) in_order.push_back(&unit);
    unit.push_back(i);
  }
  for (const auto* unit : in_order) {
    std::vector<int64_t> sizes;
    for (const size_t i : *unit) sizes.push_back(parameters_[i].second.numel());
    units_.push_back({*unit, ShardLayout(sizes, group().world_size()),
                      !unit_of(parameters_[unit->front()].first).empty(), block_of(*unit)});
    if (const auto& made = units_.back(); made.block)
      VRLT_CHECK(made.layout.piece_size() == blocks_->layout(*made.block).piece_size(),
                 "not all of ", blocks_->name(*made.block), "* trains");
  }
  for (size_t unit = 0; unit < units_.size(); ++unit)
    for (const auto& span : units_[unit].layout.spans(own_piece()))
      slices_.push_back(
          {units_[unit].parameters[span.tensor], span.begin, span.count, unit, span.offset});
  std::sort(slices_.begin(), slices_.end(),
            [](const Slice& a, const Slice& b) { return a.parameter < b.parameter; });
  if (is_whole()) {
    own_ = parameters_;
    return;
  }
  for (const auto& slice : slices_)
    own_.emplace_back(parameters_[slice.parameter].first, weights_of(slice));
}

at::Tensor ParameterSlices::weights_of(const Slice& slice) const {
  if (const auto& block = units_[slice.unit].block)
    return blocks_->own_piece(*block).narrow(0, slice.offset, slice.count);
  const auto& [name, parameter] = parameters_[slice.parameter];
  VRLT_CHECK(parameter.is_contiguous(), name, " is not contiguous");
  return flat(parameter).narrow(0, slice.begin, slice.count);
}

int64_t ParameterSlices::transfer_elements() const {
  return optim::transfer_elements(parameters_.empty() || parameters_.front().second.is_cpu());
}

void ParameterSlices::gather() const {
  if (is_whole()) return;
  SliceGather(*this).run();
  if (std::any_of(units_.begin(), units_.end(), [](const Unit& unit) { return !!unit.block; }))
    blocks_->share();
}

}  // namespace vrlt::optim
