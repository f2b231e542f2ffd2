#pragma once

#include <string>
#include <vector>

#include "model/qwen2_5_vl/config.h"
#include "model/stored_weights.h"

namespace vrlt::model::qwen2_5_vl {

/// What the hub's names of the decoder's parameters begin with.
inline constexpr const char* kTextPrefix = "model.";

/// Name (as on the hub) and shape of every parameter the config asks for, in a fixed order.
std::vector<ParameterShape> parameter_shapes(const Config& config);

/// The hub's name of a tensor that some exporter named differently
/// (docs/spec/qwen2_5_vl.md#names-of-weights).
std::string canonical_name(std::string name);

WeightLayout weight_layout(const Config& config);

}  // namespace vrlt::model::qwen2_5_vl
