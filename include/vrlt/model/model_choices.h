#pragma once

#include "vrlt/core/choice.h"

namespace vrlt::model {

/// The model families by `model_type` of config.json, without their functions. model_table() is made of these rows.
inline constexpr Choice kModelChoices[] = {
    {"qwen2_5_vl", "Qwen2.5-VL (3B, 7B, 32B, 72B and anything of that shape)"},
};

}  // namespace vrlt::model
