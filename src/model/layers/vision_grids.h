#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "vrlt/processor/vision_geometry.h"

namespace vrlt::model {

/// The rows of `grid_thw`, [n, 3].
/// @throws DataError if a side is not a positive multiple of the merge size.
std::vector<processor::VisionGrid> vision_grids(const at::Tensor& grid_thw, int64_t merge_size);

/// Patches of every slice of every item.
std::vector<int64_t> slice_lengths(const std::vector<processor::VisionGrid>& grids);

/// Row and column of patches, in the order of the rows of pixel_values: merge block by merge block.
struct PatchPlaces {
  std::vector<int64_t> rows, columns;
};
PatchPlaces patch_places(const std::vector<processor::VisionGrid>& grids, int64_t merge_size);

}  // namespace vrlt::model
