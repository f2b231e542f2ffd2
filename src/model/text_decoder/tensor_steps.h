#pragma once

#include <functional>

#include "model/layers/rope.h"
#include "model/text_decoder/layer_steps.h"

namespace vrlt::model {

/// What attends: given rotated queries and keys, and values of a layer ([T, heads, Dh]), gives [T,
/// H * Dh].
using Attend = std::function<at::Tensor(int64_t layer, const at::Tensor& queries,
                                        const at::Tensor& keys, const at::Tensor& values)>;

/// The steps of a layer by LibTorch's operators: on any device, in any dtype, with gradients when
/// they are enabled.
class TensorSteps : public LayerSteps {
 public:
  /// Refers to all of its arguments. @param table  in the dtype of the states; @param rows  [n]:
  /// the only states that anything looks at behind the attention; undefined: all.
  TensorSteps(const TextShape& shape, const RotaryTable& table, const Attend& attend,
              const at::Tensor& rows)
      : shape_(shape), table_(table), attend_(attend), rows_(rows) {}

  void normalize(const at::Tensor& x, const at::Tensor& weight, at::Tensor& out) override;
  void project(const at::Tensor& x, const Linear& matrix, at::Tensor& out) override;
  void normalize_heads(const at::Tensor& weight, at::Tensor& heads) override;
  void rotate(at::Tensor& heads) override;
  void attend(int64_t layer, LayerState& state) override;
  void add_projected(const at::Tensor& x, const Linear& matrix, at::Tensor& sum) override;
  void apply_gate(const at::Tensor& up, at::Tensor& gate) override;

 protected:
  /// [T, heads * Dh] -> [T, heads, Dh]; heads that are apart stay so.
  at::Tensor by_head(const at::Tensor& x) const {
    return x.dim() == 3 ? x : x.view({x.size(0), -1, shape_.head_dim});
  }

  const TextShape& shape_;
  const RotaryTable& table_;

 private:
  const Attend& attend_;
  const at::Tensor& rows_;
};

/// The same in fewer kernels, for decoding on a device: joined matrices, and sums in place, so that
/// no gradients can be recorded. Rounds another way.
class DecodingSteps final : public TensorSteps {
 public:
  using TensorSteps::TensorSteps;

  /// @param sum  changed in place.
  void add_projected(const at::Tensor& x, const Linear& matrix, at::Tensor& sum) override;
  void make_heads(const LayerWeights& layer, LayerState& state) override;
  void make_gated(const LayerWeights& layer, LayerState& state) override;
};

}  // namespace vrlt::model
