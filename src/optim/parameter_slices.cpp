#include "vrlt/optim/parameter_slices.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <tuple>

#include "optim/slice_gather.h"
#include "vrlt/core/error.h"

namespace vrlt::optim {
namespace {

using distributed::ShardLayout;

at::Tensor flat(const at::Tensor& parameter) { return parameter.detach().view({-1}); }

}  // namespace

std::string layer_of(const std::string& parameter) {
  static const std::string kLayers = "layers.";
  for (size_t at = parameter.find(kLayers); at != std::string::npos;
       at = parameter.find(kLayers, at + 1)) {
    if (at > 0 && parameter[at - 1] != '.') continue;
    size_t end = at + kLayers.size();
    while (end < parameter.size() && std::isdigit(static_cast<unsigned char>(parameter[end])))
      ++end;
    if (end > at + kLayers.size() && end < parameter.size() && parameter[end] == '.')
      return parameter.substr(0, end + 1);
  }
  return {};
}

ParameterSlices::ParameterSlices(NamedTensors parameters, distributed::ProcessGroup& group,
                                 int64_t shard_ranks)
    : parameters_(std::move(parameters)), group_(group) {
  const int64_t ranks = group.world_size(),
                inner = shard_ranks == 0 ? ranks : std::min(shard_ranks, ranks);
  if (inner < 1 || ranks % inner != 0)
    throw ConfigError(concat("distributed.shard_ranks is ", shard_ranks, ", expected a divisor of ",
                             ranks, ", the number of ranks, or 0 for all"));
  if (inner < ranks) {
    inner_ = group.split(group.rank() / inner);
    outer_ = group.split(group.rank() % inner);
  }
  cut();
}

distributed::ProcessGroup& ParameterSlices::outer() const {
  return outer_ ? *outer_ : distributed::single_process();
}

int64_t ParameterSlices::own_piece() const {
  return inner().rank() * outer().world_size() + outer().rank();
}

void ParameterSlices::cut() {
  std::map<std::tuple<std::string, at::ScalarType>, std::vector<size_t>> members;
  std::vector<std::vector<size_t>*> in_order;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const auto& [name, tensor] = parameters_[i];
    auto& unit = members[{layer_of(name), tensor.scalar_type()}];
    if (unit.empty()) in_order.push_back(&unit);
    unit.push_back(i);
  }
  for (const auto* unit : in_order) {
    std::vector<int64_t> sizes;
    for (const size_t i : *unit) sizes.push_back(parameters_[i].second.numel());
    units_.push_back({*unit, ShardLayout(sizes, group_.world_size()),
                      !layer_of(parameters_[unit->front()].first).empty()});
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
  for (const auto& slice : slices_) {
    const auto& [name, parameter] = parameters_[slice.parameter];
    VRLT_CHECK(parameter.is_contiguous(), name, " is not contiguous");
    own_.emplace_back(name, flat(parameter).narrow(0, slice.begin, slice.count));
  }
}

void ParameterSlices::gather() const {
  if (!is_whole()) SliceGather(*this).run();
}

}  // namespace vrlt::optim
