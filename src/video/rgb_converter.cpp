#include "video/rgb_converter.h"

#include <opencv2/core.hpp>

namespace vrlt::video {
namespace {

constexpr int kChannels = 3;
/// swscale's vector code converts up to so many columns at once, and writes a block only if the
/// line of the result has room for all of it.
constexpr int kBlockColumns = 32;
constexpr int kLineAlignment = 64;

int round_up(int n, int factor) { return (n + factor - 1) / factor * factor; }
int padded_line(int width) {
  return round_up(round_up(width, kBlockColumns) * kChannels, kLineAlignment);
}

void turn(const cv::Mat& picture, int rotation, cv::Mat& upright) {
  if (rotation == 0) picture.copyTo(upright);
  if (rotation == 90) cv::rotate(picture, upright, cv::ROTATE_90_CLOCKWISE);
  if (rotation == 180) cv::rotate(picture, upright, cv::ROTATE_180);
  if (rotation == 270) cv::rotate(picture, upright, cv::ROTATE_90_COUNTERCLOCKWISE);
}

}  // namespace

bool RgbConverter::make_scaler(const AVFrame& frame) {
  const Key key{frame.width, frame.height, frame.format, frame.colorspace, frame.color_range};
  if (scaler_ != nullptr && key == key_) return true;
  const auto format = static_cast<AVPixelFormat>(frame.format);
  scaler_.reset(sws_getContext(frame.width, frame.height, format, frame.width, frame.height,
                               AV_PIX_FMT_RGB24, SWS_BILINEAR, nullptr, nullptr, nullptr));
  if (scaler_ == nullptr) {
    require_some_memory();
    return false;
  }
  key_ = key;
  int *inverse = nullptr, *table = nullptr, source_range = 0, target_range = 0, brightness = 0,
      contrast = 0, saturation = 0;
  if (sws_getColorspaceDetails(scaler_.get(), &inverse, &source_range, &table, &target_range,
                               &brightness, &contrast, &saturation) < 0)
    return true;
  const int* matrix = sws_getCoefficients(
      frame.colorspace == AVCOL_SPC_UNSPECIFIED ? SWS_CS_DEFAULT : frame.colorspace);
  const int range = frame.color_range == AVCOL_RANGE_JPEG   ? 1
                    : frame.color_range == AVCOL_RANGE_MPEG ? 0
                                                            : source_range;
  sws_setColorspaceDetails(scaler_.get(), matrix, range, table, 1, brightness, contrast,
                           saturation);
  return true;
}

const char* RgbConverter::convert(const AVFrame& frame, int rotation, RgbFrame& rgb) {
  if (!make_scaler(frame)) return "its pixel format cannot be converted";
  rgb.pixels.resize(static_cast<size_t>(frame.height) * static_cast<size_t>(frame.width) *
                    kChannels);
  const int line = padded_line(frame.width);
  const bool fits = line == frame.width * kChannels && rotation == 0;
  if (!fits)
    padded_.resize(static_cast<size_t>(line) * static_cast<size_t>(frame.height) + kLineAlignment);
  uint8_t* lines[4] = {fits ? rgb.pixels.data() : padded_.data(), nullptr, nullptr, nullptr};
  const int strides[4] = {line, 0, 0, 0};
  if (sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height, lines, strides) !=
      frame.height)
    return "a frame cannot be converted to RGB";
  const bool on_its_side = rotation % 180 != 0;
  rgb.height = on_its_side ? frame.width : frame.height;
  rgb.width = on_its_side ? frame.height : frame.width;
  if (fits) return nullptr;
  const cv::Mat picture(frame.height, frame.width, CV_8UC3, padded_.data(),
                        static_cast<size_t>(line));
  cv::Mat upright(static_cast<int>(rgb.height), static_cast<int>(rgb.width), CV_8UC3,
                  rgb.pixels.data());
  turn(picture, rotation, upright);
  return nullptr;
}

}  // namespace vrlt::video
