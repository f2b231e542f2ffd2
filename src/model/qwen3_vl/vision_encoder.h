#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "model/layers/rope.h"
#include "model/layers/segments.h"
#include "model/qwen3_vl/config.h"
#include "vrlt/model/parameter_table.h"

namespace vrlt::model::qwen3_vl {

/// The vision tower: patches to merged features and their levels
/// (docs/spec/qwen3_vl.md#vision-tower). Rows stay in the order of the pixels.
class VisionEncoder {
 public:
  /// @param checkpoints  as of TextDecoder, for each block.
  VisionEncoder(const VisionConfig& config, const ParameterTable& parameters, bool checkpoints)
      : config_(config), parameters_(parameters), checkpoints_(checkpoints) {}

  /// What the stages gave, for comparison with the reference.
  struct Trace {
    at::Tensor patch_embed;  ///< Before the learned positions are added.
    at::Tensor embeddings;   ///< Behind that.
    std::vector<at::Tensor> blocks;
  };

  /// @param pixel_values  [S, patch_elements]; @param grid_thw  [n, 3].  @return [S / merge_area,
  /// (1 + levels) * out_hidden_size]: the feature of each token, then its levels.
  at::Tensor operator()(const at::Tensor& pixel_values, const at::Tensor& grid_thw,
                        Trace* trace = nullptr) const;

 private:
  /// Of what the tower is given, the same in every block.
  struct Layout {
    Segments slices;
    RotaryTable table;
  };

  at::Tensor linear(const at::Tensor& x, const std::string& name) const;
  at::Tensor norm(const at::Tensor& x, const std::string& name) const;
  at::Tensor run_block(const at::Tensor& x, const std::string& block, const Layout& layout) const;
  at::Tensor attention(const at::Tensor& x, const std::string& block, const Layout& layout) const;
  std::vector<at::Tensor> parameters_of(const std::string& block) const;
  at::Tensor merge(const at::Tensor& x) const;
  at::Tensor level(const at::Tensor& x, int64_t index) const;

  const VisionConfig& config_;
  const ParameterTable& parameters_;
  bool checkpoints_;
};

}  // namespace vrlt::model::qwen3_vl
