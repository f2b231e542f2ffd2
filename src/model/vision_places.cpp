#include "model/vision_places.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/nonzero.h>

#include "vrlt/core/error.h"

namespace vrlt::model {

at::Tensor vision_places(const at::Tensor& ids, const PadIds& pads, int64_t num_features) {
  const auto images = at::nonzero(ids == pads.image).squeeze(1),
             videos = at::nonzero(ids == pads.video).squeeze(1);
  if (images.size(0) + videos.size(0) != num_features)
    throw DataError(concat("the prompt holds ", images.size(0), " image and ", videos.size(0),
                           " video tokens, given are ", num_features, " features"));
  return at::cat({images, videos});
}

}  // namespace vrlt::model
