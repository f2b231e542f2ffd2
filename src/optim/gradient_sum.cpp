#include "vrlt/optim/gradient_sum.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <utility>

#include "optim/slice_sums.h"
#include "optim/wide_type.h"
#include "vrlt/checkpoint/layer_names.h"
#include "vrlt/optim/sum_type.h"

namespace vrlt::optim {

/// Called by a backward pass when the gradient of a parameter is complete.
class GradientSum::Hook final : public torch::autograd::PostAccumulateGradHook {
 public:
  Hook(GradientSum& sum, size_t parameter) : sum_(sum), parameter_(parameter) {}
  void operator()(const at::Tensor&) override { sum_.accept(parameter_); }

 private:
  GradientSum& sum_;
  size_t parameter_;
};

GradientSum::GradientSum(const ParameterSlices& slices, const ShardingConfig& config)
    : slices_(&slices),
      config_(config),
      sends_in_passes_(config.shards_gradients() && !slices.is_whole()),
      sums_(slices.parameters().size()),
      held_(slices.parameters().size(), false),
      unit_of_(slices.parameters().size()) {
  std::vector<at::ScalarType> dtypes;
  for (size_t unit = 0; unit < slices.units().size(); ++unit) {
    const auto& members = slices.units()[unit].parameters;
    dtypes.push_back(sum_type(slices.parameters()[members.front()].second.scalar_type(), config));
    for (const size_t parameter : members) unit_of_[parameter] = unit;
    order_.push_back(unit);
  }
  if (!slices.is_whole()) of_ranks_ = std::make_unique<SliceSums>(slices, std::move(dtypes));
  // As the backward pass completes them: the last layer first; what is used before and behind the
  // layers, or perhaps not at all, when everything is there.
  std::reverse(order_.begin(), order_.end());
  std::stable_partition(order_.begin(), order_.end(),
                        [&](size_t unit) { return slices.units()[unit].in_every_pass; });
  expect_all();
  hold(true);
}

GradientSum::GradientSum(NamedTensors parameters)
    : GradientSum(std::make_unique<const ParameterSlices>(std::move(parameters),
                                                          distributed::single_process())) {}

GradientSum::GradientSum(std::unique_ptr<const ParameterSlices> alone) : GradientSum(*alone, {}) {
  alone_ = std::move(alone);
}

GradientSum::~GradientSum() { hold(false); }

void GradientSum::hold(bool hooks) {
  for (size_t i = 0; i < parameters().size(); ++i)
    if (const auto& parameter = parameters()[i].second; parameter.requires_grad())
      torch::autograd::impl::set_post_acc_grad_hooks(
          parameter, hooks ? std::make_unique<Hook>(*this, i) : nullptr);
}

void GradientSum::expect_all() {
  missing_.clear();
  for (const auto& unit : slices_->units()) missing_.push_back(unit.parameters.size());
}

void GradientSum::accept(size_t parameter) {
  const at::NoGradGuard no_grad;
  auto& gradient = parameters()[parameter].second.mutable_grad();
  if (!gradient.defined()) return;
  held_[parameter] = true;
  if (sends_in_passes_) {
    --missing_[unit_of_[parameter]];
    send_complete_layers();
    return;
  }
  add_here(parameter, gradient);
  gradient = at::Tensor();
}

void GradientSum::add_here(size_t parameter, const at::Tensor& gradient) {
  auto& sum = sums_[parameter];
  if (sum.defined())
    sum.add_(gradient);
  else
    sum = gradient.to(sum_type(gradient.scalar_type(), config_));
}

/// Always in the same order, whichever gradients come first or not at all: the other ranks do the
/// same.
void GradientSum::send_complete_layers() {
  const auto& units = slices_->units();
  while (next_ < order_.size() && units[order_[next_]].in_every_pass &&
         missing_[order_[next_]] == 0)
    send_next();
}

void GradientSum::send_next() {
  send(order_[next_]);
  ++next_;
}

void GradientSum::send(size_t unit) {
  std::vector<at::Tensor> gradients;
  for (const size_t parameter : slices_->units()[unit].parameters)
    gradients.push_back(parameters()[parameter].second.grad());
  of_ranks_->add(unit, gradients);
  for (const size_t parameter : slices_->units()[unit].parameters)
    parameters()[parameter].second.mutable_grad() = at::Tensor();
  missing_[unit] = slices_->units()[unit].parameters.size();
}

void GradientSum::take() {
  if (!sends_in_passes_) {
    for (size_t i = 0; i < parameters().size(); ++i) accept(i);
    return;
  }
  for (size_t i = 0; i < parameters().size(); ++i)
    if (parameters()[i].second.grad().defined()) held_[i] = true;
  while (next_ < order_.size()) send_next();
  next_ = 0;
}

void GradientSum::pass_idly() {
  if (!sends_in_passes_) return;
  if (auto* blocks = slices_->blocks()) {
    blocks->pass_forward();
    blocks->pass_backward([&](size_t block) { send_layer(blocks->name(block)); });
  }
  take();
}

void GradientSum::begin_pass() {
  if (auto* blocks = slices_->blocks()) blocks->expect_pass();
}

bool GradientSum::abandon_pass() {
  auto* const blocks = sends_in_passes_ ? slices_->blocks() : nullptr;
  const bool is_sending = sends_in_passes_ && of_ranks_->is_within_unit();
  if (is_sending || (blocks != nullptr && blocks->is_moving())) return false;
  for (const auto& [name, parameter] : parameters()) parameter.mutable_grad() = at::Tensor();
  expect_all();
  if (blocks != nullptr) blocks->end_pass([&](size_t block) { send_layer(blocks->name(block)); });
  take();
  return true;
}

void GradientSum::drop() {
  sums_.assign(sums_.size(), at::Tensor());
  held_.assign(held_.size(), false);
  if (of_ranks_ != nullptr) of_ranks_->drop();
}

/// In the place of a backward pass through it, with the head before it: blocks and gradients are
/// transferred in one order on all ranks.
void GradientSum::send_layer(const std::string& name) {
  const auto is_next = [&] {
    if (next_ == order_.size()) return false;
    const auto& unit = slices_->units()[order_[next_]];
    const auto layer = checkpoint::layer_of(parameters()[unit.parameters.front()].first);
    return unit.in_every_pass && (layer.empty() || layer == name);
  };
  while (is_next()) send_next();
}

void GradientSum::finish() {
  const at::NoGradGuard no_grad;
  slices_->is_whole() ? finish_alone() : finish_on_ranks();
  held_.assign(held_.size(), false);
}

void GradientSum::finish_alone() {
  for (size_t i = 0; i < sums_.size(); ++i) {
    if (!sums_[i].defined()) continue;
    const auto& parameter = parameters()[i].second;
    parameter.mutable_grad() = sums_[i].to(wide_type(parameter));
    sums_[i] = at::Tensor();
  }
}

std::vector<double> GradientSum::count_holders() const {
  return slices_->group().all_reduce_sum(std::vector<double>(held_.begin(), held_.end()));
}

void GradientSum::finish_on_ranks() {
  const auto holders = count_holders();
  const auto is_held = [&](size_t parameter) { return holders[parameter] > 0; };
  // One unit after the other, so that sums of all and gradients of all do not live together.
  for (size_t unit = 0; unit < slices_->units().size(); ++unit) {
    const auto& members = slices_->units()[unit].parameters;
    if (std::none_of(members.begin(), members.end(), is_held)) continue;
    if (!sends_in_passes_) {
      std::vector<at::Tensor> own;
      for (const size_t parameter : members)
        own.push_back(std::exchange(sums_[parameter], at::Tensor()));
      of_ranks_->add(unit, own);
    }
    const auto sum = of_ranks_->take(unit);
    for (size_t i = 0; i < slices_->slices().size(); ++i)
      if (const auto& slice = slices_->slices()[i]; slice.unit == unit && is_held(slice.parameter))
        give(i, sum);
  }
}

/// @param sum  this rank's of the whole unit.
void GradientSum::give(size_t slice, const at::Tensor& sum) const {
  const auto& [parameter, begin, count, unit, offset] = slices_->slices()[slice];
  const auto& weights = slices_->own()[slice].second;
  weights.mutable_grad() = sum.narrow(0, offset, count).to(wide_type(weights));
}

}  // namespace vrlt::optim
