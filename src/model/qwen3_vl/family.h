#pragma once

#include "model/model_table.h"
#include "model/qwen3_vl/model.h"
#include "model/qwen3_vl/prompt_format.h"
#include "model/qwen3_vl/published_sizes.h"
#include "model/qwen3_vl/shape.h"
#include "model/qwen3_vl/small_model.h"

namespace vrlt::model::qwen3_vl {

inline constexpr ModelFunctions kFunctions{load, read_shape, load_prompt_format, write_small_model,
                                           published_shape};

}  // namespace vrlt::model::qwen3_vl
