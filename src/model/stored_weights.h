#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "model/parameter_shape.h"
#include "vrlt/model/parameter_table.h"
#include "vrlt/model/vision_language_model.h"

namespace vrlt::model {

/// What a family says of the weights in its folders.
struct WeightLayout {
  /// All that the config asks for, in the order of the table.
  std::vector<ParameterShape> parameters;
  /// The table's name of a tensor that some exporter named differently.
  std::string (*canonical_name)(std::string name);
  /// What a stored "lm_head.weight" must equal where the head is tied; empty: it is a parameter of
  /// its own.
  std::string tied_embedding;
  double initializer_range = 0.0;  ///< Standard deviation of random matrices.
};

/// Reads the weights of a folder, or makes random ones: normal matrices, zero biases, unit norms;
/// each depends on (seed, name) only.
/// @throws CheckpointError listing missing, unexpected and wrongly shaped names; NotFiniteError;
/// MissingInputError.
ParameterTable open_weights(const std::filesystem::path& folder, const WeightLayout& layout,
                            const ModelOptions& options);

}  // namespace vrlt::model
