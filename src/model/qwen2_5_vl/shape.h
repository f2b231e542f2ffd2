#pragma once

#include "model/qwen2_5_vl/config.h"
#include "vrlt/model/model_shape.h"

namespace vrlt::model::qwen2_5_vl {

ModelShape shape_of(const Config& config);

}  // namespace vrlt::model::qwen2_5_vl
