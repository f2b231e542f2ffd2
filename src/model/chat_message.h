#pragma once

#include <optional>
#include <string>
#include <vector>

namespace vrlt::model {

/// A piece of a message.
struct ChatContent {
  enum class Kind { kText, kImage, kVideo };
  Kind kind = Kind::kText;
  std::string text;  ///< Only for kText.
};

struct ChatMessage {
  std::string role;  ///< system, user or assistant
  std::vector<ChatContent> content;
  /// Of an assistant whose thought is not in its content ("reasoning_content").
  std::optional<std::string> thought = {};
};

struct ChatOptions {
  bool add_generation_prompt = true;
  bool add_vision_id = false;
};

}  // namespace vrlt::model
