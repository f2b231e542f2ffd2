#pragma once

#include <ATen/core/Tensor.h>

#include "model/text_decoder/layer_weights.h"

namespace vrlt::model {

/// What a decoder layer computes on its way, for B tokens.
struct LayerState {
  at::Tensor x;       ///< [B, D]: goes in, and comes out.
  at::Tensor normed;  ///< [B, D]
  /// [B, H * Dh], [B, K * Dh] twice; or with a dimension of their own for heads.
  at::Tensor queries, keys, values;
  at::Tensor mixed;     ///< [B, H * Dh]: what attention gives.
  at::Tensor gate, up;  ///< [B, intermediate_size]
};

/// The kinds of step that a layer consists of. One implementation makes new tensors by operators,
/// which record gradients; another overwrites buffers. Both write what a step gives to its last
/// argument.
class LayerSteps {
 public:
  virtual ~LayerSteps() = default;

  virtual void normalize(const at::Tensor& x, const at::Tensor& weight, at::Tensor& out) = 0;
  virtual void project(const at::Tensor& x, const Linear& matrix, at::Tensor& out) = 0;
  /// Norms every head. @param weight  [Dh].
  virtual void normalize_heads(const at::Tensor& weight, at::Tensor& heads) = 0;
  virtual void rotate(at::Tensor& heads) = 0;
  /// Lets the rotated queries of the state meet keys and values, those of before included: writes
  /// `mixed`. The last layer may leave rows of `x` and `mixed` away from which nothing is wanted.
  virtual void attend(int64_t layer, LayerState& state) = 0;
  virtual void add_projected(const at::Tensor& x, const Linear& matrix, at::Tensor& sum) = 0;
  /// gate = silu(gate) * up.
  virtual void apply_gate(const at::Tensor& up, at::Tensor& gate) = 0;

  // What consists of those above, where nothing better is known.

  /// Of normed states: rotated queries and keys, and values.
  virtual void make_heads(const LayerWeights& layer, LayerState& state);
  /// Of normed states: `gate` as apply_gate() leaves it.
  virtual void make_gated(const LayerWeights& layer, LayerState& state);
};

/// One decoder layer: every way of computing it takes these steps.
void run_layer(int64_t index, const LayerWeights& layer, LayerSteps& steps, LayerState& state);

}  // namespace vrlt::model
