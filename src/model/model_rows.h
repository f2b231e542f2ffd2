#pragma once

#include "model/qwen2_5_vl/defaults.h"
#include "model/qwen3_vl/defaults.h"
#include "vrlt/model/model_choices.h"

namespace vrlt::model {

/// The rows of model_choices(); model_table() adds the functions.
inline constexpr ModelChoice kModelRows[] = {
    {{"qwen2_5_vl", "Qwen2.5-VL (3B, 7B, 32B, 72B and anything of that shape)"},
     qwen2_5_vl::kDefaults,
     qwen2_5_vl::kChatStyle},
    {{"qwen3_vl", "Qwen3-VL (2B, 4B, 8B, 32B, Instruct and Thinking, and anything of that shape)"},
     qwen3_vl::kDefaults,
     qwen3_vl::kChatStyle},
};

}  // namespace vrlt::model
