#pragma once

#include <ATen/core/Tensor.h>

#include "model/layers/rope.h"
#include "model/layers/segments.h"
#include "model/qwen2_5_vl/config.h"
#include "vrlt/model/parameter_table.h"

namespace vrlt::model::qwen2_5_vl {

/// The order in which the tower visits patches, and where attention is cut
/// (docs/spec/qwen2_5_vl.md#window-order). Lengths are in patches.
struct VisionLayout {
  std::vector<int64_t> window_order;    ///< window_order[i] = merged unit at place i.
  std::vector<int64_t> window_lengths;  ///< Patches per window.
  std::vector<int64_t> slice_lengths;   ///< Patches per temporal slice, for full attention.
};

/// @param grid_thw  [n, 3] int64 in patches. @throws DataError if a side is not a multiple of the
/// merge size.
VisionLayout vision_layout(const at::Tensor& grid_thw, const VisionConfig& config);

/// The vision tower: patches to merged features (docs/spec/qwen2_5_vl.md#vision-tower).
class VisionEncoder {
 public:
  /// @param checkpoints  as of TextDecoder, for each block.
  VisionEncoder(const VisionConfig& config, const ParameterTable& parameters, bool checkpoints)
      : config_(config), parameters_(parameters), checkpoints_(checkpoints) {}

  /// What the stages gave, for comparison with the reference.
  struct Trace {
    at::Tensor patch_embed;          ///< Before the window order.
    std::vector<at::Tensor> blocks;  ///< In window order.
  };

  /// @param pixel_values  [S, patch_elements]; @param grid_thw  [n, 3].  @return [S / merge_area,
  /// out_hidden_size].
  at::Tensor operator()(const at::Tensor& pixel_values, const at::Tensor& grid_thw,
                        Trace* trace = nullptr) const;

 private:
  at::Tensor attention(const at::Tensor& x, int64_t block, const RotaryTable& table,
                       const Segments& segments) const;
  at::Tensor mlp(const at::Tensor& x, int64_t block) const;
  at::Tensor run_block(at::Tensor x, int64_t block, const RotaryTable& table,
                       const Segments& segments) const;
  std::vector<at::Tensor> parameters_of(int64_t block) const;
  at::Tensor merge(const at::Tensor& x) const;

  const VisionConfig& config_;
  const ParameterTable& parameters_;
  bool checkpoints_;
};

}  // namespace vrlt::model::qwen2_5_vl
