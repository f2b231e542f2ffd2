#include "model/layers/vision_grids.h"

#include "vrlt/core/error.h"

namespace vrlt::model {

using processor::VisionGrid;

std::vector<VisionGrid> vision_grids(const at::Tensor& grid_thw, int64_t merge_size) {
  std::vector<VisionGrid> grids;
  const auto host = grid_thw.to(at::kCPU).contiguous();
  const int64_t* thw = host.const_data_ptr<int64_t>();
  for (int64_t i = 0; i < host.size(0); ++i) {
    const VisionGrid grid{thw[3 * i], thw[3 * i + 1], thw[3 * i + 2]};
    if (grid.slices < 1 || grid.height < merge_size || grid.width < merge_size ||
        grid.height % merge_size != 0 || grid.width % merge_size != 0)
      throw DataError(concat("video grid ", grid.slices, "x", grid.height, "x", grid.width,
                             ": the sides must be positive multiples of ", merge_size));
    grids.push_back(grid);
  }
  return grids;
}

std::vector<int64_t> slice_lengths(const std::vector<VisionGrid>& grids) {
  std::vector<int64_t> lengths;
  for (const auto& grid : grids)
    lengths.insert(lengths.end(), static_cast<size_t>(grid.slices), grid.height * grid.width);
  return lengths;
}

PatchPlaces patch_places(const std::vector<VisionGrid>& grids, int64_t merge_size) {
  PatchPlaces places;
  for (const auto& grid : grids)
    for (int64_t t = 0; t < grid.slices; ++t)
      for (int64_t by = 0; by < grid.height / merge_size; ++by)
        for (int64_t bx = 0; bx < grid.width / merge_size; ++bx)
          for (int64_t iy = 0; iy < merge_size; ++iy)
            for (int64_t ix = 0; ix < merge_size; ++ix) {
              places.rows.push_back(by * merge_size + iy);
              places.columns.push_back(bx * merge_size + ix);
            }
  return places;
}

}  // namespace vrlt::model
