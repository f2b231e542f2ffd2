#include "model/vision_runs.h"

#include <ATen/ops/tensor.h>

#include <algorithm>

#include "vrlt/core/error.h"

namespace vrlt::model {
namespace {

/// Grows the three axes run by run.
class PositionBuilder {
 public:
  void text() {
    for (auto& axis : axes_) axis.push_back(cursor_);
    ++cursor_;
  }

  void vision(const VisionRun& run) {
    for (const int64_t offset : run.offsets)
      for (int64_t y = 0; y < run.height; ++y)
        for (int64_t x = 0; x < run.width; ++x) {
          axes_[0].push_back(cursor_ + offset);
          axes_[1].push_back(cursor_ + y);
          axes_[2].push_back(cursor_ + x);
        }
    cursor_ += run.advance;
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

processor::Positions positions_of_runs(const at::Tensor& input_ids, const PadIds& pads,
                                       const std::vector<VisionRun>& images,
                                       const std::vector<VisionRun>& videos) {
  const auto host = input_ids.to(at::kCPU).contiguous();
  const auto* ids = host.const_data_ptr<int64_t>();
  PositionBuilder builder;
  size_t image = 0, video = 0;
  for (int64_t i = 0; i < host.size(0);) {
    const bool is_image = ids[i] == pads.image, is_video = ids[i] == pads.video;
    if (!is_image && !is_video) {
      builder.text();
      ++i;
      continue;
    }
    const auto& runs = is_image ? images : videos;
    size_t& next = is_image ? image : video;
    if (next >= runs.size())
      throw DataError(concat("the text holds more ", is_image ? "images" : "videos", " than the ",
                             runs.size(), " given"));
    const auto& run = runs[next];
    for (int64_t k = 0; k < run.size(); ++k)
      if (i + k >= host.size(0) || ids[i + k] != ids[i])
        throw DataError(concat("a run of ", k, " vision tokens, expected ", run.size()));
    builder.vision(run);
    i += run.size();
    ++next;
  }
  if (image != images.size() || video != videos.size())
    throw DataError(concat("the text holds ", image, " images and ", video, " videos, given were ",
                           images.size(), " and ", videos.size()));
  return builder.finish();
}

}  // namespace vrlt::model
