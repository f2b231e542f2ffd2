#pragma once

#include "vrlt/core/choice.h"

// What a config may name, without the functions that do it: a config is checked before LibTorch is
// loaded. The tables of functions are checked against these while compiling.

namespace vrlt::video {

inline constexpr Choice kSamplerChoices[] = {
    {"qwen_vl_utils", "evenly from the first frame to the last (qwen-vl-utils)"},
    {"hf_native", "evenly from the first frame, without the last (transformers)"},
    {"hf_qwen3", "evenly from the first frame to the last, any number (transformers, Qwen3-VL)"},
    {"segment_centres", "the middle of each of num_frames equal segments (MVBench)"},
    {"by_time", "what is on the screen at equal instants, for videos of changing rate"},
};

inline constexpr Choice kSizeRuleChoices[] = {
    {"qwen_vl_utils", "bounds of each frame, and its share of the clip's total (qwen-vl-utils)"},
    {"hf_qwen3", "bounds of the whole clip (transformers, Qwen3-VL)"},
    {"hf_qwen3_capped",
     "the same, and each frame at most 768 vision tokens (cap_pixels_per_frame)"},
};

inline constexpr Choice kShortClipChoices[] = {
    {"fewer", "all that it has, to an even number, a single frame twice (lmms-eval, MMVU)"},
    {"refuse", "an error of the sample (qwen-vl-utils)"},
};

inline constexpr Choice kResizeChoices[] = {
    {"tv_float", "float32, as qwen-vl-utils resizes frames"},
    {"tv_uint8", "integer weights of torchvision, as transformers' own processors"},
    {"pil_u8", "Pillow 13, as qwen-vl-utils resizes images"},
    {"pil_u8_horizontal_first", "Pillow up to 12.3"},
};

}  // namespace vrlt::video
