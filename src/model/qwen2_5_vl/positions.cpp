#include "model/qwen2_5_vl/positions.h"

#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>

#include "vrlt/core/error.h"

namespace vrlt::model::qwen2_5_vl {
namespace {

struct Grid {
  int64_t t, h, w;  ///< Merged units.
  int64_t size() const { return t * h * w; }
};

std::vector<Grid> merged_grids(const at::Tensor& grid_thw, int64_t merge) {
  std::vector<Grid> grids;
  if (!grid_thw.defined()) return grids;
  const auto host = grid_thw.to(at::kCPU, at::kLong).contiguous();
  const auto* thw = host.const_data_ptr<int64_t>();
  for (int64_t i = 0; i < host.size(0); ++i)
    grids.push_back({thw[3 * i], thw[3 * i + 1] / merge, thw[3 * i + 2] / merge});
  return grids;
}

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

/// Grows the three axes run by run.
class PositionBuilder {
 public:
  void text() {
    for (auto& axis : axes_) axis.push_back(cursor_);
    ++cursor_;
  }

  void vision(const Grid& grid, const std::vector<int64_t>& offsets, bool advance_by_grid) {
    for (int64_t t = 0; t < grid.t; ++t)
      for (int64_t y = 0; y < grid.h; ++y)
        for (int64_t x = 0; x < grid.w; ++x) {
          axes_[0].push_back(cursor_ + offsets[static_cast<size_t>(t)]);
          axes_[1].push_back(cursor_ + y);
          axes_[2].push_back(cursor_ + x);
        }
    const int64_t side = std::max(grid.h, grid.w);
    cursor_ += advance_by_grid ? side : std::max(side, offsets.back() + 1);
  }

  processor::Positions finish() const {
    int64_t largest = -1;
    for (const auto& axis : axes_)
      for (const int64_t position : axis) largest = std::max(largest, position);
    std::vector<int64_t> all;
    for (const auto& axis : axes_) all.insert(all.end(), axis.begin(), axis.end());
    return {at::tensor(all, at::kLong).view({3, -1}), largest + 1};
  }

 private:
  std::vector<int64_t> axes_[3];
  int64_t cursor_ = 0;
};

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
  const auto images = merged_grids(image_grid_thw, options.spatial_merge_size),
             videos = merged_grids(video_grid_thw, options.spatial_merge_size);
  const auto host = input_ids.to(at::kCPU).contiguous();
  const auto* ids = host.const_data_ptr<int64_t>();
  const bool advance_by_grid =
      options.mode == MropeMode::kIntGrid || options.mode == MropeMode::kFloatGrid;
  PositionBuilder builder;
  size_t image = 0, video = 0;
  for (int64_t i = 0; i < host.size(0);) {
    const bool is_image = ids[i] == options.image_token_id,
               is_video = ids[i] == options.video_token_id;
    if (!is_image && !is_video) {
      builder.text();
      ++i;
      continue;
    }
    const auto& grids = is_image ? images : videos;
    size_t& next = is_image ? image : video;
    if (next >= grids.size())
      throw DataError(concat("the text holds more ", is_image ? "images" : "videos", " than the ",
                             grids.size(), " given"));
    const auto& grid = grids[next];
    for (int64_t k = 0; k < grid.size(); ++k)
      if (i + k >= host.size(0) || ids[i + k] != ids[i])
        throw DataError(concat("a run of ", k, " vision tokens, expected ", grid.size()));
    std::vector<int64_t> offsets;
    const float second_per_grid =
        is_video && next < second_per_grid_ts.size() ? second_per_grid_ts[next] : 1.0F;
    for (int64_t t = 0; t < grid.t; ++t)
      offsets.push_back(is_image ? 0 : temporal_offset(t, second_per_grid, options));
    builder.vision(grid, offsets, advance_by_grid);
    i += grid.size();
    ++next;
  }
  if (image != images.size() || video != videos.size())
    throw DataError(concat("the text holds ", image, " images and ", video, " videos, given were ",
                           images.size(), " and ", videos.size()));
  return builder.finish();
}

}  // namespace vrlt::model::qwen2_5_vl
