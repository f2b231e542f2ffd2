#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace vrlt::model {

/// A model family with stored values of its reference.
struct GoldenFamily {
  const char* name;
  std::filesystem::path (*folder)();
  /// Position modes that values are stored for; "": there is one way.
  std::vector<std::string> modes;
  double vision_tolerance;  ///< Of the tower's blocks and what it gives; README beside the values.
  /// A gradient may differ by a share of the largest of its tensor, else of itself.
  bool gradients_by_largest;
};

std::span<const GoldenFamily> golden_families();

}  // namespace vrlt::model
