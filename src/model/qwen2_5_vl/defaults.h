#pragma once

#include "model/qwen2_5_vl/chat_template.h"
#include "model/qwen2_5_vl/geometry.h"
#include "vrlt/model/model_choices.h"

namespace vrlt::model::qwen2_5_vl {

/// Of parse_mrope_mode(): transformers changed its rule several times
/// (docs/spec/qwen2_5_vl.md#rules-of-releases).
inline constexpr const char* kMropeModes[] = {"float_max", "int_max", "int_grid", "float_grid"};

inline constexpr const char* kVisionModules[] = {"visual",      "vision",    "vision_tower",
                                                 "patch_embed", "qkv",       "proj",
                                                 "attn.qkv",    "attn.proj", "merger"};

/// The bounds of qwen-vl-utils 0.0.14, which counts them in vision tokens: 128 of a frame at least,
/// 128,000 of a clip less a tenth at most, 4 to 16,384 of an image.
inline constexpr ModelDefaults kDefaults{
    .pixel_factor = kGeometry.pixel_factor(),
    .video_min_pixels = 128 * kGeometry.pixels_per_token(),
    .video_total_pixels = 115200.0 * kGeometry.pixels_per_token(),
    .image_min_pixels = 4 * kGeometry.pixels_per_token(),
    .image_max_pixels = 16384.0 * kGeometry.pixels_per_token(),
    .position_rules = kMropeModes,
    .vision_modules = kVisionModules};
inline constexpr ChatStyle kChatStyle{"Qwen2.5-VL", is_own_template, example_chat};
static_assert(kDefaults.video_total_pixels == 90316800.0);

}  // namespace vrlt::model::qwen2_5_vl
