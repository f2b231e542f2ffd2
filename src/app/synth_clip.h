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

  std::string name() const { return color + " " + shape; }
};

struct SynthClip {
  double duration_seconds = 8;
  size_t palette = 0;              ///< Of the target.
  std::vector<SynthShape> shapes;  ///< The target first, then the distractors; no two of the same name.
};

/// What happens in clips. The defaults are the easiest world.
struct SynthWorld {
  int64_t shortest_seconds = 8, longest_seconds = 8;  ///< Clips last whole seconds between these.
  int64_t max_distractors = 2;
  /// false: distractors come from the other palette and all colours differ, so that a colour tells the target.
  /// true: a distractor may have the colour of the target or of another distractor; only the target has its shape.
  bool similar_distractors = false;
  std::vector<std::string> held_out;  ///< Names ("red circle") that training clips never show and test clips do.
};

struct SynthStyle {
  int64_t size = 56;              ///< Pixels per side.
  int64_t frames_per_second = 8;  ///< Of the file; a model takes fewer.
};

/// Two sets of three colours.
const std::vector<std::vector<std::string>>& synth_palettes();
const std::vector<std::string>& synth_shapes();
/// Every colour with every shape: "red circle", ...
std::vector<std::string> synth_shape_names();

/// The clip number `index` of a seed: each shape is visible for a while; times on half seconds.
/// @param split  clips of "train" lack what the world holds out.
SynthClip make_synth_clip(const SynthWorld& world, uint64_t seed, const std::string& split, int64_t index);

/// Draws and encodes it. @throws DiskError.
void render_synth_clip(const SynthClip& clip, const SynthStyle& style, const std::filesystem::path& path);

}  // namespace vrlt::app
