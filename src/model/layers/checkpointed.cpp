#include "model/layers/checkpointed.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/custom_class.h>

namespace vrlt::model {
namespace {

using Direction = distributed::ShardedBlocks::Direction;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct HeldBlock final : torch::CustomClassHolder {
  HeldBlock(Block given, const BlockWeights& of_block)
      : block(std::move(given)), weights(of_block) {}
  Block block;
  BlockWeights weights;
};

class Checkpointed : public torch::autograd::Function<Checkpointed> {
 public:
  static at::Tensor forward(AutogradContext* context, const Block& block, const at::Tensor& x,
                            at::TensorList parameters, const BlockWeights& weights) {
    variable_list kept = {x};
    kept.insert(kept.end(), parameters.begin(), parameters.end());
    // refuses a backward pass after a parameter has changed
    context->save_for_backward(std::move(kept));
    context->saved_data["block"] =
        c10::IValue::make_capsule(c10::make_intrusive<HeldBlock>(block, weights));
    const PresentWeights here(weights, Direction::kForward);
    return block(x);
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    auto inputs = context->get_saved_variables();
    inputs[0] = inputs[0].detach().requires_grad_(inputs[0].requires_grad());
    variable_list needed;
    for (const auto& input : inputs)
      if (input.requires_grad()) needed.push_back(input);
    const auto capsule = context->saved_data["block"].toCapsule();
    const auto& held = static_cast<const HeldBlock&>(*capsule);
    const PresentWeights here(held.weights, Direction::kBackward);
    const auto output = [&] {
      const at::AutoGradMode gradients(true);
      return held.block(inputs[0]);
    }();
    const auto of_needed = torch::autograd::grad({output}, needed, {grads[0]},
                                                 /*retain_graph=*/false, /*create_graph=*/false,
                                                 /*allow_unused=*/true);
    variable_list result = {at::Tensor()};  // of the block itself
    auto next = of_needed.begin();
    for (const auto& input : inputs)
      result.push_back(input.requires_grad() ? *next++ : at::Tensor());
    result.emplace_back();  // of where its weights are
    return result;
  }
};

}  // namespace

at::Tensor checkpointed(const Block& block, const at::Tensor& x, at::TensorList parameters,
                        const BlockWeights& weights) {
  return at::GradMode::is_enabled() ? Checkpointed::apply(block, x, parameters, weights)
                                    : with_weights(block, x, weights);
}

}  // namespace vrlt::model
