#include "model/qwen2_5_vl/positions.h"

#include <algorithm>

#include "model/vision_runs.h"
#include "vrlt/core/error.h"

namespace vrlt::model::qwen2_5_vl {
namespace {

/// Offset of the t-th temporal step of a video (docs/spec/qwen2_5_vl.md#rules-of-releases).
int64_t temporal_offset(int64_t t, float second_per_grid, const PositionOptions& options) {
  switch (options.mode) {
    case MropeMode::kFloatMax: {
      const float seconds = static_cast<float>(t) * second_per_grid;
      return static_cast<int64_t>(seconds * static_cast<float>(options.tokens_per_second));
    }
    case MropeMode::kIntMax:
    case MropeMode::kIntGrid:
      return t * static_cast<int64_t>(options.tokens_per_second) *
             static_cast<int64_t>(second_per_grid);
    case MropeMode::kFloatGrid:
      return static_cast<int64_t>(static_cast<double>(t) * (options.tokens_per_second *
                                                            static_cast<double>(second_per_grid)));
  }
  return 0;
}

/// @param second_per_grid  of each item; shorter: 1.
std::vector<VisionRun> runs_of(const at::Tensor& grid_thw,
                               const std::vector<float>& second_per_grid,
                               const PositionOptions& options, bool is_image) {
  const bool advance_by_grid =
      options.mode == MropeMode::kIntGrid || options.mode == MropeMode::kFloatGrid;
  std::vector<VisionRun> runs;
  if (!grid_thw.defined()) return runs;
  const auto host = grid_thw.to(at::kCPU, at::kLong).contiguous();
  const auto* thw = host.const_data_ptr<int64_t>();
  for (int64_t i = 0; i < host.size(0); ++i, thw += 3) {
    VisionRun run{thw[1] / options.spatial_merge_size, thw[2] / options.spatial_merge_size, {}};
    const auto item = static_cast<size_t>(i);
    const float seconds = item < second_per_grid.size() ? second_per_grid[item] : 1.0F;
    for (int64_t t = 0; t < thw[0]; ++t)
      run.offsets.push_back(is_image ? 0 : temporal_offset(t, seconds, options));
    const int64_t side = std::max(run.height, run.width);
    run.advance = advance_by_grid ? side : std::max(side, run.offsets.back() + 1);
    runs.push_back(std::move(run));
  }
  return runs;
}

}  // namespace

MropeMode parse_mrope_mode(const std::string& name) {
  if (name.empty() || name == "float_max") return MropeMode::kFloatMax;
  if (name == "int_max") return MropeMode::kIntMax;
  if (name == "int_grid") return MropeMode::kIntGrid;
  if (name == "float_grid") return MropeMode::kFloatGrid;
  throw ConfigError(
      concat("mrope_mode \"", name, "\", expected float_max, int_max, int_grid or float_grid"));
}

processor::Positions mrope_positions(const at::Tensor& input_ids, const at::Tensor& image_grid_thw,
                                     const at::Tensor& video_grid_thw,
                                     const std::vector<float>& second_per_grid_ts,
                                     const PositionOptions& options) {
  return positions_of_runs(
      input_ids, {.image = options.image_token_id, .video = options.video_token_id},
      runs_of(image_grid_thw, {}, options, /*is_image=*/true),
      runs_of(video_grid_thw, second_per_grid_ts, options, /*is_image=*/false));
}

}  // namespace vrlt::model::qwen2_5_vl
