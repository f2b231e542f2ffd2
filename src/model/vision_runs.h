#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "model/vision_places.h"
#include "vrlt/processor/prompt_format.h"

namespace vrlt::model {

/// Neighbouring pads of one image, clip or slice, and the positions that they take.
struct VisionRun {
  int64_t height = 0, width = 0;  ///< Of a slice, in vision tokens.
  /// Of the time of each slice from where the run begins.
  std::vector<int64_t> offsets = {0};
  int64_t advance = 0;  ///< From where the run begins to the position of what comes next.

  int64_t size() const { return static_cast<int64_t>(offsets.size()) * height * width; }
};

/// Positions of one unpadded sequence: a token of text is at the next position on all three axes, a
/// vision token of a run at its slice's offset, its row and its column from where the run begins
/// (docs/spec/qwen2_5_vl.md#positions-of-a-sequence).
/// @param input_ids  [P] int64; @param images, videos  the runs in order of appearance.
/// @throws DataError if the runs of pads in the sequence are others.
processor::Positions positions_of_runs(const at::Tensor& input_ids, const PadIds& pads,
                                       const std::vector<VisionRun>& images,
                                       const std::vector<VisionRun>& videos);

}  // namespace vrlt::model
