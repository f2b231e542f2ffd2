#pragma once

#include "model/layers/rope.h"
#include "model/text_decoder/cpu_attention.h"
#include "model/text_decoder/layer_steps.h"

namespace vrlt::model {

/// The steps of a layer for one decoding step in float32 on the CPU, without an operator per step
/// of arithmetic: models that fit a CPU spend most of a decoding step there. Writes into the
/// buffers of the state. One thread but for large products.
class CpuSteps final : public LayerSteps {
 public:
  /// Refers to both. The room for one more token is reserved.
  CpuSteps(const TextShape& shape, KvCache& cache);

  /// Buffers for all rows of the cache. @param embeddings  [B, D], copied.
  LayerState make_state(const at::Tensor& embeddings) const;

  void normalize(const at::Tensor& x, const at::Tensor& weight, at::Tensor& out) override;
  void project(const at::Tensor& x, const Linear& matrix, at::Tensor& out) override;
  void normalize_heads(const at::Tensor& weight, at::Tensor& heads) override;
  void rotate(at::Tensor& heads) override;
  void attend(int64_t layer, LayerState& state) override;
  void add_projected(const at::Tensor& x, const Linear& matrix, at::Tensor& sum) override;
  void apply_gate(const at::Tensor& up, at::Tensor& gate) override;

 private:
  const TextShape& shape_;
  KvCache& cache_;
  RotaryTable table_;  ///< Of every row, [B, Dh / 2] each.
  CpuAttention attention_;
};

}  // namespace vrlt::model
