#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "vrlt/processor/prompt_format.h"

namespace vrlt::model::qwen2_5_vl {

/// How the temporal positions of video tokens are computed; transformers changed its rule several
/// times (docs/spec/qwen2_5_vl.md#rules-of-releases).
enum class MropeMode { kFloatMax, kIntMax, kIntGrid, kFloatGrid };

/// float_max (also if empty) | int_max | int_grid | float_grid. @throws ConfigError otherwise.
MropeMode parse_mrope_mode(const std::string& name);

struct PositionOptions {
  MropeMode mode = MropeMode::kFloatMax;
  double tokens_per_second = 2.0;
  int64_t spatial_merge_size = 2;
  int64_t image_token_id = 0;
  int64_t video_token_id = 0;
};

/// Positions of one unpadded sequence (docs/spec/qwen2_5_vl.md#positions-of-a-sequence). Grids are
/// [n, 3] int64 in order of appearance, in patches; may be undefined.
/// @param second_per_grid_ts  one float per video.
/// @throws DataError if the runs of pad tokens do not match the grids.
processor::Positions mrope_positions(const at::Tensor& input_ids, const at::Tensor& image_grid_thw,
                                     const at::Tensor& video_grid_thw,
                                     const std::vector<float>& second_per_grid_ts,
                                     const PositionOptions& options);

}  // namespace vrlt::model::qwen2_5_vl
