#include "vrlt/optim/adamw.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_copy.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include "optim/wide_type.h"
#include "vrlt/optim/optimizer_table.h"

namespace vrlt::optim {

AdamW::AdamW(NamedTensors parameters, const AdamWConfig& config) : config_(config) {
  for (auto& [name, parameter] : parameters) {
    const at::NoGradGuard no_grad;
    Slot slot{.name = name, .parameter = parameter};
    slot.master = parameter.detach().to(wide_type(parameter));
    slot.exp_avg = at::zeros_like(slot.master);
    slot.exp_avg_sq = at::zeros_like(slot.master);
    slot.steps = at::zeros({}, slot.master.options().dtype(at::kFloat));
    slots_.push_back(std::move(slot));
  }
}

void AdamW::step(double lr) {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> parameters, grads, exp_avgs, exp_avg_sqs, steps, narrow, masters;
  for (auto& slot : slots_) {
    if (!slot.parameter.grad().defined()) continue;
    parameters.push_back(slot.master);
    grads.push_back(slot.parameter.grad().to(slot.master.scalar_type()));
    exp_avgs.push_back(slot.exp_avg);
    exp_avg_sqs.push_back(slot.exp_avg_sq);
    steps.push_back(slot.steps);
    if (!slot.has_own_master()) continue;
    narrow.push_back(slot.parameter);
    masters.push_back(slot.master);
  }
  if (parameters.empty()) return;
  at::_foreach_add_(steps, 1);
  at::_fused_adamw_(parameters, grads, exp_avgs, exp_avg_sqs, /*max_exp_avg_sqs=*/{}, steps, lr,
                    config_.beta1, config_.beta2, config_.weight_decay, config_.epsilon,
                    /*amsgrad=*/false, /*maximize=*/false);
  if (!narrow.empty()) at::_foreach_copy_(narrow, masters);
  for (auto& slot : slots_) slot.parameter.mutable_grad() = at::Tensor();
}

NamedTensors AdamW::state() const {
  NamedTensors tensors;
  for (const auto& slot : slots_) {
    tensors.emplace_back("exp_avg." + slot.name, slot.exp_avg);
    tensors.emplace_back("exp_avg_sq." + slot.name, slot.exp_avg_sq);
    tensors.emplace_back("step." + slot.name, slot.steps);
    if (slot.has_own_master()) tensors.emplace_back("master." + slot.name, slot.master);
  }
  return tensors;
}

std::unique_ptr<Optimizer> make_adamw(const Parameters& parameters, const OptimConfig& config) {
  return std::make_unique<AdamW>(parameters, config);
}

}  // namespace vrlt::optim
