#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/packed_groups.h"
#include "vrlt/model/vision_language_model.h"

namespace vrlt::model {

/// A model family with stored values of its reference, and its stages that VisionLanguageModel does
/// not show.
struct GoldenFamily {
  const char* name;
  std::filesystem::path (*folder)();
  /// Position modes that values are stored for; "": there is one way.
  std::vector<std::string> modes;
  double vision_tolerance;  ///< Of the tower's blocks and what it gives; README beside the values.
  /// A gradient may differ by a share of the largest of its tensor, else of itself.
  bool gradients_by_largest;

  EmbeddedPrompt (*embed)(const VisionLanguageModel& model, const PromptGroup& group);
  const TextDecoder& (*decoder)(const VisionLanguageModel& model);
  /// What the tower gives on its way: "patch_embed", "block.0", ...
  std::vector<std::pair<std::string, at::Tensor>> (*vision_stages)(const VisionLanguageModel& model,
                                                                   const at::Tensor& pixels,
                                                                   const at::Tensor& grid);
};

std::span<const GoldenFamily> golden_families();

}  // namespace vrlt::model
