#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace vrlt::processor {

/// How the temporal positions of video tokens are computed; transformers changed its rule several times (spec 5.2).
enum class MropeMode { kFloatMax, kIntMax, kIntGrid, kFloatGrid };

/// float_max | int_max | int_grid | float_grid. @throws ConfigError otherwise.
MropeMode parse_mrope_mode(const std::string& name);

struct PositionOptions {
  MropeMode mode = MropeMode::kFloatMax;
  double tokens_per_second = 2.0;
  int64_t spatial_merge_size = 2;
  int64_t image_token_id = 0;
  int64_t video_token_id = 0;
};

struct Positions {
  at::Tensor position_ids;    ///< [3, L] int64.
  int64_t next_position = 0;  ///< Largest position + 1.
};

/// Positions of one unpadded sequence (spec 5.1). Grids are [n, 3] int64 in order of appearance, in patches; may be undefined.
/// @param second_per_grid_ts  one float per video.
/// @throws DataError if the runs of pad tokens do not match the grids.
Positions mrope_positions(const at::Tensor& input_ids, const at::Tensor& image_grid_thw, const at::Tensor& video_grid_thw,
                          const std::vector<float>& second_per_grid_ts, const PositionOptions& options);

}  // namespace vrlt::processor
