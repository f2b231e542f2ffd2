#pragma once

#include "model/qwen3_vl/chat_template.h"
#include "model/qwen3_vl/geometry.h"
#include "vrlt/model/model_choices.h"

namespace vrlt::model::qwen3_vl {

/// Of parse_video_wrapper() and parse_timestamps().
inline constexpr const char *kVideoWrappers[] = {"dropped", "kept"},
                            *kTimestampRules[] = {"clip", "file", "pts"};

inline constexpr const char* kVisionModules[] = {"visual",
                                                 "vision",
                                                 "vision_tower",
                                                 "patch_embed",
                                                 "pos_embed",
                                                 "qkv",
                                                 "proj",
                                                 "attn.qkv",
                                                 "attn.proj",
                                                 "linear_fc1",
                                                 "linear_fc2",
                                                 "merger",
                                                 "deepstack_merger_list"};

/// The bounds of qwen-vl-utils 0.0.14 with patches of 16, which counts them in vision tokens as for
/// patches of 14 (qwen2_5_vl).
inline constexpr ModelDefaults kDefaults{
    .pixel_factor = kGeometry.pixel_factor(),
    .video_min_pixels = 128 * kGeometry.pixels_per_token(),
    .video_total_pixels = 115200.0 * kGeometry.pixels_per_token(),
    .image_min_pixels = 4 * kGeometry.pixels_per_token(),
    .image_max_pixels = 16384.0 * kGeometry.pixels_per_token(),
    .video_wrappers = kVideoWrappers,
    .timestamp_rules = kTimestampRules,
    .vision_modules = kVisionModules};
inline constexpr ChatStyle kChatStyle{"Qwen3-VL", is_own_template, example_chat};
static_assert(kDefaults.video_total_pixels == 117964800.0);

}  // namespace vrlt::model::qwen3_vl
