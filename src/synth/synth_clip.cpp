#include "synth/synth_clip.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <opencv2/imgproc.hpp>

#include "vrlt/core/random.h"
#include "vrlt/video/encoder.h"

namespace vrlt::synth {
namespace {

cv::Scalar rgb_of(const std::string& name) {
  static const std::map<std::string, cv::Scalar> kColors = {
      {"red", {230, 40, 40}},     {"green", {40, 200, 60}},   {"blue", {50, 80, 240}},
      {"yellow", {240, 220, 40}}, {"purple", {200, 60, 220}}, {"white", {240, 240, 240}}};
  return kColors.at(name);
}

void draw(cv::Mat& picture, const SynthShape& shape, double seconds) {
  constexpr int kShift = 4;  // OpenCV's fixed point: sixteenths of a pixel
  const double scale = 1 << kShift, elapsed = seconds - shape.start_seconds;
  const double x = shape.x + shape.dx * elapsed, y = shape.y + shape.dy * elapsed, r = shape.radius;
  const auto point = [&](double px, double py) {
    return cv::Point(static_cast<int>(std::lround(px * scale)),
                     static_cast<int>(std::lround(py * scale)));
  };
  const auto color = rgb_of(shape.color);
  if (shape.shape == "circle") {
    cv::circle(picture, point(x, y), static_cast<int>(std::lround(r * scale)), color, cv::FILLED,
               cv::LINE_AA, kShift);
  } else {
    std::vector<cv::Point> corners;
    if (shape.shape == "square")
      corners = {point(x - r, y - r), point(x + r, y - r), point(x + r, y + r),
                 point(x - r, y + r)};
    else
      corners = {point(x, y - r), point(x + r, y + r), point(x - r, y + r)};
    cv::fillConvexPoly(picture, corners, color, cv::LINE_AA, kShift);
  }
}

/// Streams of draws of one clip.
enum : uint64_t { kShapeDraws = 0, kDurationDraw = 1 };

/// Whether questions about the clip keep one answer when the shape joins it.
bool fits(const SynthShape& shape, const SynthClip& clip, const settings::SynthWorld& world,
          const std::string& split) {
  const auto is_held_out =
      std::find(world.held_out.begin(), world.held_out.end(), shape.name()) != world.held_out.end();
  if (is_held_out && split == "train") return false;
  if (clip.shapes.empty()) return true;
  if (world.similar_distractors && shape.shape == clip.shapes.front().shape) return false;
  return std::none_of(clip.shapes.begin(), clip.shapes.end(), [&](const SynthShape& other) {
    return world.similar_distractors ? shape.name() == other.name() : shape.color == other.color;
  });
}

}  // namespace

SynthClip make_synth_clip(const settings::SynthWorld& world, uint64_t seed,
                          const std::string& split, int64_t index) {
  const uint64_t key = stable_hash(split + "/" + std::to_string(index));
  uint64_t draws = 0;
  const auto uniform = [&] { return random_uniform(seed, key, kShapeDraws, draws++); };
  const auto below = [&](size_t n) {
    return std::min(static_cast<size_t>(uniform() * static_cast<double>(n)), n - 1);
  };
  SynthClip clip;
  const double spread = static_cast<double>(world.longest_seconds - world.shortest_seconds + 1);
  clip.duration_seconds = static_cast<double>(world.shortest_seconds) +
                          std::floor(spread * random_uniform(seed, key, kDurationDraw, 0));
  clip.palette = below(settings::synth_palettes().size());
  const size_t count = 1 + below(static_cast<size_t>(world.max_distractors) + 1);
  while (clip.shapes.size() < count) {
    const bool is_target = clip.shapes.empty();
    // Distractors that must differ in colour come from the other palette, so that a question about
    // the target's palette has one answer.
    const bool any_palette = world.similar_distractors && !is_target;
    const auto& palette =
        settings::synth_palettes()[any_palette ? below(settings::synth_palettes().size())
                                   : is_target ? clip.palette
                                               : 1 - clip.palette];
    SynthShape shape;
    shape.color = palette[below(palette.size())];
    shape.shape = settings::synth_shapes()[below(settings::synth_shapes().size())];
    const double half_seconds = clip.duration_seconds * 2;
    const double length =
        2 + static_cast<double>(below(static_cast<size_t>(half_seconds * 5 / 8) - 1));
    shape.start_seconds = std::floor(uniform() * (half_seconds - length + 1)) / 2;
    shape.end_seconds = shape.start_seconds + length / 2;
    shape.radius = 7 + 4 * uniform();
    shape.x = 12 + 32 * uniform();
    shape.y = 12 + 32 * uniform();
    const double seconds = shape.end_seconds - shape.start_seconds;
    shape.dx = (12 + 32 * uniform() - shape.x) / seconds;
    shape.dy = (12 + 32 * uniform() - shape.y) / seconds;
    if (fits(shape, clip, world, split)) clip.shapes.push_back(shape);
  }
  return clip;
}

void render_synth_clip(const SynthClip& clip, const settings::SynthStyle& style,
                       const std::filesystem::path& path) {
  cv::setNumThreads(1);
  video::VideoWriter writer(path, style.size, style.size, style.frames_per_second);
  const auto num_frames =
      std::llround(clip.duration_seconds * static_cast<double>(style.frames_per_second));
  for (int64_t i = 0; i < num_frames; ++i) {
    const double seconds = static_cast<double>(i) / static_cast<double>(style.frames_per_second);
    cv::Mat picture(static_cast<int>(style.size), static_cast<int>(style.size), CV_8UC3,
                    cv::Scalar(16, 16, 20));
    for (const auto& shape : clip.shapes)
      if (seconds >= shape.start_seconds - 1e-9 && seconds < shape.end_seconds - 1e-9)
        draw(picture, shape, seconds);
    writer.write({style.size, style.size, {picture.datastart, picture.dataend}});
  }
  writer.close();
}

}  // namespace vrlt::synth
