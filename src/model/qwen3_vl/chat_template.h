#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/chat_message.h"

namespace vrlt::model::qwen3_vl {

/// The two kinds of model, which differ in their chat template.
enum class ChatKind { kInstruct, kThinking };

/// What the assistant's turn of a Thinking model is begun with: it is never told to begin a
/// thinking block, and its responses hold the end of one alone.
inline constexpr const char* kThinkingPrefix = "<think>\n";

/// The conversation as the chat template of such a model writes it: no system turn of its own, and
/// of earlier answers of a Thinking model without their thoughts. Each image or video is one pad
/// token between vision_start and vision_end.
/// Source: docs/spec/qwen3_vl.md#chat-templates.
std::string render_chat(const std::vector<ChatMessage>& messages, ChatKind kind,
                        const ChatOptions& options = {});

/// An answer as the last turn of a Thinking model: a thought in its tags, perhaps an empty one, and
/// what stands behind it. @param answer  its thought in <think> tags, or behind nothing but the end
/// of one; may have none.
std::string with_thought(std::string_view answer);

/// The kind of model that a Jinja template is of: a Thinking model's begins the assistant's turn
/// with a thought.
ChatKind chat_kind(std::string_view jinja);

/// Whether a Jinja template writes what render_chat() does, by the pieces that it is made of: of
/// releases it differs in what is not written here (tools).
bool is_own_template(std::string_view jinja);

/// What a question is written as, for a message.
std::string example_chat();

}  // namespace vrlt::model::qwen3_vl
