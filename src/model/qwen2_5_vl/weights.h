#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "model/parameter_shape.h"
#include "model/qwen2_5_vl/config.h"
#include "vrlt/model/parameter_table.h"
#include "vrlt/model/vision_language_model.h"

namespace vrlt::model::qwen2_5_vl {

/// What the hub's names of the decoder's parameters begin with.
inline constexpr const char* kTextPrefix = "model.";

/// Name (as on the hub) and shape of every parameter the config asks for, in a fixed order.
std::vector<ParameterShape> parameter_shapes(const Config& config);

/// The hub's name of a tensor that some exporter named differently (spec 2.4).
std::string canonical_name(std::string name);

/// Reads the weights of a folder. A tied head in the file must equal the embedding.
/// @throws CheckpointError listing missing, unexpected and wrongly shaped names.
ParameterTable load_weights(const std::filesystem::path& folder, const Config& config, const ModelOptions& options);

/// Normal(0, initializer_range) matrices, zero biases, unit norms; each depends on (seed, name) only.
ParameterTable random_weights(const Config& config, const ModelOptions& options);

}  // namespace vrlt::model::qwen2_5_vl
