#pragma once

#include <optional>
#include <string>

#include "vrlt/model/model_shape.h"

namespace vrlt::model::qwen2_5_vl {

/// The published model that a name such as "Qwen2.5-VL-7B-Instruct" tells; none: it tells none.
std::optional<ModelShape> published_shape(const std::string& name);

}  // namespace vrlt::model::qwen2_5_vl
