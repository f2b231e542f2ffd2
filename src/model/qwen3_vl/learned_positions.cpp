#include "model/qwen3_vl/learned_positions.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>

namespace vrlt::model::qwen3_vl {
namespace {

/// Where an index of an axis of `size` patches falls between the rows of the table. One division of
/// a whole number, as the reference does it.
struct Tap {
  int64_t low = 0, high = 0;
  float low_weight = 0, high_weight = 0;
};

Tap tap_of(int64_t index, int64_t size, int64_t side) {
  const float source =
      static_cast<float>(index * (side - 1)) / static_cast<float>(std::max<int64_t>(size - 1, 1));
  const auto low = static_cast<int64_t>(std::floor(source));
  const float high_weight = source - static_cast<float>(low);
  return {low, std::min(low + 1, side - 1), 1.0F - high_weight, high_weight};
}

}  // namespace

PositionTaps position_taps(const processor::VisionGrid& slice, int64_t side, int64_t merge_size) {
  const auto places = patch_places({{1, slice.height, slice.width}}, merge_size);
  const size_t count = places.rows.size();
  std::vector<int64_t> rows(4 * count);
  std::vector<float> weights(4 * count);
  for (size_t i = 0; i < count; ++i) {
    const auto y = tap_of(places.rows[i], slice.height, side),
               x = tap_of(places.columns[i], slice.width, side);
    size_t place = i;
    for (const bool high_row : {false, true})
      for (const bool high_column : {false, true}) {
        rows[place] = (high_row ? y.high : y.low) * side + (high_column ? x.high : x.low);
        weights[place] = (high_row ? y.high_weight : y.low_weight) *
                         (high_column ? x.high_weight : x.low_weight);
        place += count;
      }
  }
  const auto shape = std::vector<int64_t>{4, static_cast<int64_t>(count)};
  return {at::tensor(rows, at::kLong).view(shape), at::tensor(weights, at::kFloat).view(shape)};
}

at::Tensor learned_positions(const at::Tensor& table,
                             const std::vector<processor::VisionGrid>& grids, int64_t merge_size) {
  const auto side = std::llround(std::sqrt(static_cast<double>(table.size(0))));
  std::vector<at::Tensor> items;
  for (const auto& grid : grids) {
    const auto taps = position_taps(grid, side, merge_size);
    at::Tensor sum;
    for (int64_t k = 0; k < 4; ++k) {
      const auto part = table.index_select(0, taps.rows[k].to(table.device())) *
                        taps.weights[k].unsqueeze(1).to(table.device());
      sum = sum.defined() ? sum + part : part;
    }
    items.push_back(sum.repeat({grid.slices, 1}));
  }
  return at::cat(items);
}

}  // namespace vrlt::model::qwen3_vl
