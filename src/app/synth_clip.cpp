#include "app/synth_clip.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <opencv2/imgproc.hpp>

#include "vrlt/core/random.h"
#include "vrlt/video/encoder.h"

namespace vrlt::app {
namespace {

cv::Scalar rgb_of(const std::string& name) {
  static const std::map<std::string, cv::Scalar> kColors = {{"red", {230, 40, 40}},     {"green", {40, 200, 60}},   {"blue", {50, 80, 240}},
                                                            {"yellow", {240, 220, 40}}, {"purple", {200, 60, 220}}, {"white", {240, 240, 240}}};
  return kColors.at(name);
}

void draw(cv::Mat& picture, const SynthShape& shape, double seconds) {
  constexpr int kShift = 4;  // OpenCV's fixed point: sixteenths of a pixel
  const double scale = 1 << kShift, elapsed = seconds - shape.start_seconds;
  const double x = shape.x + shape.dx * elapsed, y = shape.y + shape.dy * elapsed, r = shape.radius;
  const auto point = [&](double px, double py) {
    return cv::Point(static_cast<int>(std::lround(px * scale)), static_cast<int>(std::lround(py * scale)));
  };
  const auto color = rgb_of(shape.color);
  if (shape.shape == "circle") {
    cv::circle(picture, point(x, y), static_cast<int>(std::lround(r * scale)), color, cv::FILLED, cv::LINE_AA, kShift);
  } else {
    std::vector<cv::Point> corners;
    if (shape.shape == "square")
      corners = {point(x - r, y - r), point(x + r, y - r), point(x + r, y + r), point(x - r, y + r)};
    else
      corners = {point(x, y - r), point(x + r, y + r), point(x - r, y + r)};
    cv::fillConvexPoly(picture, corners, color, cv::LINE_AA, kShift);
  }
}

}  // namespace

const std::vector<std::vector<std::string>>& synth_palettes() {
  static const std::vector<std::vector<std::string>> kPalettes = {{"red", "green", "blue"}, {"yellow", "purple", "white"}};
  return kPalettes;
}

const std::vector<std::string>& synth_shapes() {
  static const std::vector<std::string> kNames = {"circle", "square", "triangle"};
  return kNames;
}

SynthClip make_synth_clip(uint64_t seed, const std::string& split, int64_t index) {
  const uint64_t key = stable_hash(split + "/" + std::to_string(index));
  uint64_t draws = 0;
  const auto uniform = [&] { return random_uniform(seed, key, 0, draws++); };
  const auto below = [&](size_t n) { return std::min(static_cast<size_t>(uniform() * static_cast<double>(n)), n - 1); };
  SynthClip clip;
  clip.palette = below(synth_palettes().size());
  const size_t count = 1 + below(3);
  while (clip.shapes.size() < count) {
    // Distractors come from the other palette, so that a question about the target's palette has one answer.
    const auto& palette = synth_palettes()[clip.shapes.empty() ? clip.palette : 1 - clip.palette];
    SynthShape shape;
    shape.color = palette[below(palette.size())];
    shape.shape = synth_shapes()[below(synth_shapes().size())];
    const bool known = std::any_of(clip.shapes.begin(), clip.shapes.end(), [&](const auto& other) { return other.color == shape.color; });
    const double half_seconds = clip.duration_seconds * 2, length = 2 + static_cast<double>(below(9));
    shape.start_seconds = std::floor(uniform() * (half_seconds - length + 1)) / 2;
    shape.end_seconds = shape.start_seconds + length / 2;
    shape.radius = 7 + 4 * uniform();
    shape.x = 12 + 32 * uniform();
    shape.y = 12 + 32 * uniform();
    const double seconds = shape.end_seconds - shape.start_seconds;
    shape.dx = (12 + 32 * uniform() - shape.x) / seconds;
    shape.dy = (12 + 32 * uniform() - shape.y) / seconds;
    if (!known) clip.shapes.push_back(shape);
  }
  return clip;
}

void render_synth_clip(const SynthClip& clip, const SynthStyle& style, const std::filesystem::path& path) {
  cv::setNumThreads(1);
  video::VideoWriter writer(path, style.size, style.size, style.frames_per_second);
  const auto num_frames = std::llround(clip.duration_seconds * static_cast<double>(style.frames_per_second));
  for (int64_t i = 0; i < num_frames; ++i) {
    const double seconds = static_cast<double>(i) / static_cast<double>(style.frames_per_second);
    cv::Mat picture(static_cast<int>(style.size), static_cast<int>(style.size), CV_8UC3, cv::Scalar(16, 16, 20));
    for (const auto& shape : clip.shapes)
      if (seconds >= shape.start_seconds - 1e-9 && seconds < shape.end_seconds - 1e-9) draw(picture, shape, seconds);
    writer.write({style.size, style.size, {picture.datastart, picture.dataend}});
  }
  writer.close();
}

}  // namespace vrlt::app
