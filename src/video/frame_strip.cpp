#include "vrlt/video/frame_strip.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "vrlt/video/decoder.h"
#include "vrlt/video/encoder.h"
#include "vrlt/video/frame_folder.h"

namespace vrlt::video {
namespace {

constexpr int kStripHeight = 56;
constexpr size_t kMaxFrames = 16;

/// The frames nearest to the given times, scaled to one height, side by side.
/// @param reader  a VideoReader or a FrameFolderReader.
std::string strip_of(auto& reader, const std::vector<double>& seconds) {
  std::vector<int64_t> indices;
  const auto& times = reader.frame_seconds();
  for (size_t i = 0; i < std::min(kMaxFrames, seconds.size()); ++i) {
    const double wanted = seconds[i * seconds.size() / std::min(kMaxFrames, seconds.size())];
    const auto next = std::lower_bound(times.begin(), times.end(), wanted - 1e-6);
    indices.push_back(next == times.end() ? reader.num_frames() - 1 : next - times.begin());
  }
  cv::Mat strip;
  reader.read_frames(indices, [&](size_t, const RgbFrame& frame) {
    const cv::Mat picture(static_cast<int>(frame.height), static_cast<int>(frame.width), CV_8UC3,
                          const_cast<uint8_t*>(frame.pixels.data()));
    const int width =
        std::max(2, static_cast<int>(frame.width * kStripHeight / frame.height) / 2 * 2);
    cv::Mat small;
    cv::resize(picture, small, {width, kStripHeight}, 0, 0, cv::INTER_AREA);
    if (strip.empty())
      strip = small;
    else
      cv::hconcat(strip, small, strip);
  });
  if (strip.empty()) return {};
  const cv::Mat packed = strip.clone();
  return encode_jpeg({packed.rows, packed.cols, {packed.datastart, packed.dataend}}, 3);
}

}  // namespace

std::string frame_strip(const std::filesystem::path& path,
                        const std::optional<data::FrameFolder>& folder,
                        const std::vector<double>& seconds) {
  if (folder) {
    FrameFolderReader reader(path, *folder);
    return strip_of(reader, seconds);
  }
  VideoReader reader(path);
  return strip_of(reader, seconds);
}

}  // namespace vrlt::video
