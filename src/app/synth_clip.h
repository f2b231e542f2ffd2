#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace vrlt::app {

/// A coloured shape that is visible from start to end and moves in a straight line.
struct SynthShape {
  std::string color, shape;
  double start_seconds = 0, end_seconds = 0;
  double x = 0, y = 0, dx = 0, dy = 0;  ///< Centre at the start and pixels per second.
  double radius = 8;
};

struct SynthClip {
  double duration_seconds = 8;
  size_t palette = 0;              ///< Of the target.
  std::vector<SynthShape> shapes;  ///< The target first; the others are distractors of the other palette, all of different colours.
};

struct SynthStyle {
  int64_t size = 56;              ///< Pixels per side.
  int64_t frames_per_second = 8;  ///< Of the file; a model takes fewer.
};

/// Two sets of three colours.
const std::vector<std::vector<std::string>>& synth_palettes();
const std::vector<std::string>& synth_shapes();

/// The clip number `index` of a seed: one to three shapes, each visible for a while; times on half seconds.
SynthClip make_synth_clip(uint64_t seed, const std::string& split, int64_t index);

/// Draws and encodes it. @throws DiskError.
void render_synth_clip(const SynthClip& clip, const SynthStyle& style, const std::filesystem::path& path);

}  // namespace vrlt::app
