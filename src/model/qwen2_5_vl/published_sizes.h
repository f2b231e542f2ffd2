#pragma once

#include <optional>
#include <string>

#include "vrlt/model/model_shape.h"

namespace vrlt::model::qwen2_5_vl {

/// The published model that a name such as "qwen2.5-vl-7b-instruct" tells; none: it tells none.
/// @param name  in lower case.
std::optional<ModelShape> published_shape(const std::string& name);

}  // namespace vrlt::model::qwen2_5_vl
