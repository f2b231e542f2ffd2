#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "vrlt/core/choice.h"

namespace vrlt::model {

/// What a config has of the family of its model where it says nothing itself. Pixels are counted in
/// the sizes of pictures after resizing.
struct ModelDefaults {
  /// Every side of a frame or an image is a multiple of it.
  int64_t pixel_factor = 1;
  int64_t video_min_pixels = 1;   ///< Per frame.
  double video_total_pixels = 0;  ///< Over the clip.
  int64_t image_min_pixels = 1;   ///< Per image.
  double image_max_pixels = 0;    ///< Per image.
  /// What PromptRules may name, the first being taken; empty where the family has one way only.
  std::span<const char*const> position_rules, video_wrappers, timestamp_rules;
  /// Names of modules that only its vision tower has, which no adapter stands beside.
  std::span<const char* const> vision_modules;
};

/// How a family writes a conversation.
struct ChatStyle {
  const char* model;  ///< For messages: "Qwen2.5-VL".
  /// Whether a folder's template is the one that prompts are written by.
  bool (*is_own_template)(std::string_view jinja);
  std::string (*example)();  ///< What a question is written as.
};

/// A model family by `model_type` of config.json, without what needs LibTorch: a config is loaded
/// and checked before that is.
struct ModelChoice : Choice {
  ModelDefaults defaults;
  ChatStyle chat;
};

/// Every family, in the order of model_table().
std::span<const ModelChoice> model_choices();

/// The family that the folder's config.json names. The first one where there is no such folder or
/// it names none that is known: who opens it says what is wrong.
const ModelChoice& family_of(const std::filesystem::path& model_folder);

}  // namespace vrlt::model
