#include "model/layers/present_weights.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/custom_class.h>

namespace vrlt::model {
namespace {

using Direction = distributed::ShardedBlocks::Direction;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct HeldPlace final : torch::CustomClassHolder {
  explicit HeldPlace(const BlockWeights& given) : weights(given) {}
  BlockWeights weights;
};

void keep(AutogradContext* context, const BlockWeights& weights) {
  context->saved_data["weights"] =
      c10::IValue::make_capsule(c10::make_intrusive<HeldPlace>(weights));
}

BlockWeights kept(AutogradContext* context) {
  return static_cast<const HeldPlace&>(*context->saved_data["weights"].toCapsule()).weights;
}

/// What goes into the block: its weights come forward, and may go when the backward pass is
/// through.
class Entrance : public torch::autograd::Function<Entrance> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x,
                            const BlockWeights& weights) {
    keep(context, weights);
    weights.blocks->acquire(weights.index, Direction::kForward);
    return x;
  }
  static variable_list backward(AutogradContext* context, variable_list grads) {
    const auto weights = kept(context);
    weights.blocks->release(weights.index);
    return {grads[0], at::Tensor()};
  }
};

/// What comes out of it.
class Exit : public torch::autograd::Function<Exit> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& y,
                            const BlockWeights& weights) {
    keep(context, weights);
    weights.blocks->release(weights.index);
    return y;
  }
  static variable_list backward(AutogradContext* context, variable_list grads) {
    const auto weights = kept(context);
    weights.blocks->acquire(weights.index, Direction::kBackward);
    return {grads[0], at::Tensor()};
  }
};

}  // namespace

at::Tensor with_weights(const Block& block, const at::Tensor& x, const BlockWeights& weights) {
  if (weights.blocks == nullptr) return block(x);
  if (!at::GradMode::is_enabled()) {
    const PresentWeights here(weights, Direction::kForward);
    return block(x);
  }
  // A backward pass ends at the entrance also where nothing before it gets gradients.
  const auto input = x.requires_grad() ? x : x.detach().requires_grad_();
  return Exit::apply(block(Entrance::apply(input, weights)), weights);
}

}  // namespace vrlt::model
