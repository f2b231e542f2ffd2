#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/chat_message.h"

namespace vrlt::model::qwen2_5_vl {

/// The conversation as Qwen2.5-VL's chat template writes it; a system turn is added when the first
/// message is not one. Each image or video is one pad token between vision_start and vision_end.
/// Source: docs/spec/qwen2_5_vl.md#chat-template.
std::string render_chat(const std::vector<ChatMessage>& messages, const ChatOptions& options = {});

/// Whether a Jinja template is the one of Qwen2.5-VL, which render_chat() writes by hand; white
/// space does not count.
bool is_own_template(std::string_view jinja);

/// What a question is written as, for a message.
std::string example_chat();

}  // namespace vrlt::model::qwen2_5_vl
