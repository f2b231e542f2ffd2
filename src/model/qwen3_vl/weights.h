#pragma once

#include <string>
#include <vector>

#include "model/qwen3_vl/config.h"
#include "model/stored_weights.h"

namespace vrlt::model::qwen3_vl {

/// What the names of the parameters begin with, on the hub, in memory and as saved.
inline constexpr const char *kTextPrefix = "model.language_model.",
                            *kVisionPrefix = "model.visual.";

/// Name and shape of every parameter the config asks for, in a fixed order.
std::vector<ParameterShape> parameter_shapes(const Config& config);

/// The hub's name of a tensor that some exporter named differently
/// (docs/spec/qwen3_vl.md#names-of-weights).
std::string canonical_name(std::string name);

WeightLayout weight_layout(const Config& config);

}  // namespace vrlt::model::qwen3_vl
