#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "vrlt/settings/synth_config.h"

namespace vrlt::synth {

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
  size_t palette = 0;  ///< Of the target.
  /// The target first, then the distractors; no two of the same name.
  std::vector<SynthShape> shapes;
};

/// The clip number `index` of a seed: each shape is visible for a while; times on half seconds.
/// @param split  clips of "train" lack what the world holds out.
SynthClip make_synth_clip(const settings::SynthWorld& world, uint64_t seed,
                          const std::string& split, int64_t index);

/// Draws and encodes it. @throws DiskError.
void render_synth_clip(const SynthClip& clip, const settings::SynthStyle& style,
                       const std::filesystem::path& path);

}  // namespace vrlt::synth
