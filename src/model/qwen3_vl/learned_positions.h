#pragma once

#include <ATen/core/Tensor.h>

#include "model/layers/vision_grids.h"

namespace vrlt::model::qwen3_vl {

/// Which rows of a table of side x side learned positions the patches of a slice take, and how
/// much of each: the table is laid over the slice, corners on corners, and read bilinearly
/// (docs/spec/qwen3_vl.md#learned-positions).
struct PositionTaps {
  at::Tensor rows;     ///< [4, patches] int64: (low, low), (low, high), (high, low), (high, high).
  at::Tensor weights;  ///< [4, patches] float32.
};
PositionTaps position_taps(const processor::VisionGrid& slice, int64_t side, int64_t merge_size);

/// The learned positions of all patches, those of a slice the same in every slice: float32 sums.
/// @param table  [side * side, D].  @return [S, D] float32 (float64 stays).
at::Tensor learned_positions(const at::Tensor& table,
                             const std::vector<processor::VisionGrid>& grids, int64_t merge_size);

}  // namespace vrlt::model::qwen3_vl
