#include "model/qwen3_vl/chat_template.h"

#include <algorithm>

namespace vrlt::model::qwen3_vl {
namespace {

constexpr std::string_view kThinkEnd = "</think>", kThinkBegin = "<think>";

std::string turn(const std::string& role, const std::string& content) {
  return "<|im_start|>" + role + "\n" + content + "<|im_end|>\n";
}

/// Numbers pictures over the conversation.
class ContentWriter {
 public:
  explicit ContentWriter(bool adds_ids) : adds_ids_(adds_ids) {}

  std::string operator()(const std::vector<ChatContent>& content, bool counts = true) {
    std::string text;
    const int step = counts ? 1 : 0;
    for (const auto& item : content) switch (item.kind) {
        case ChatContent::Kind::kText:
          text += item.text;
          break;
        case ChatContent::Kind::kImage:
          text +=
              label("Picture ", images_ += step) + "<|vision_start|><|image_pad|><|vision_end|>";
          break;
        case ChatContent::Kind::kVideo:
          text += label("Video ", videos_ += step) + "<|vision_start|><|video_pad|><|vision_end|>";
          break;
      }
    return text;
  }

 private:
  std::string label(const char* kind, int number) const {
    return adds_ids_ ? kind + std::to_string(number) + ": " : "";
  }

  bool adds_ids_;
  int images_ = 0, videos_ = 0;
};

std::string texts_of(const ChatMessage& message) {
  std::string text;
  for (const auto& item : message.content) text += item.text;
  return text;
}

std::string_view without_lines_before(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of('\n'), text.size()));
}
std::string_view without_lines_behind(std::string_view text) {
  return text.substr(0, text.find_last_not_of('\n') + 1);
}

/// The parts of an answer, without the lines between them.
struct ThoughtAndAnswer {
  std::string_view thought, answer;
};

ThoughtAndAnswer parts_of(std::string_view text) {
  std::string_view thought, answer = text;
  if (const size_t end = text.find(kThinkEnd); end != std::string_view::npos) {
    thought = without_lines_behind(text.substr(0, end));
    if (const size_t begin = thought.rfind(kThinkBegin); begin != std::string_view::npos)
      thought.remove_prefix(begin + kThinkBegin.size());
    thought = without_lines_before(thought);
    answer = without_lines_before(text.substr(text.rfind(kThinkEnd) + kThinkEnd.size()));
  }
  return {thought, answer};
}

std::string laid_out(const ThoughtAndAnswer& parts) {
  const auto thought = without_lines_before(without_lines_behind(parts.thought));
  return kThinkingPrefix + std::string(thought) + "\n</think>\n\n" +
         std::string(without_lines_before(parts.answer));
}

/// @param keeps_thought  it answers the last question.
std::string earlier_answer(const ThoughtAndAnswer& parts, bool keeps_thought, bool is_last) {
  return keeps_thought && (is_last || !parts.thought.empty()) ? laid_out(parts)
                                                              : std::string(parts.answer);
}

std::string render_thinking(const std::vector<ChatMessage>& messages, const ChatOptions& options) {
  size_t last_question = messages.empty() ? 0 : messages.size() - 1;
  for (size_t i = 0; i < messages.size(); ++i)
    if (messages[i].role == "user") last_question = i;
  std::string text;
  ContentWriter write(options.add_vision_id);
  for (size_t i = 0; i < messages.size(); ++i) {
    const auto& [role, content, thought] = messages[i];
    // The template writes a first system turn before it begins to count.
    if (i == 0 && role == "system") text += turn(role, write(content, /*counts=*/false));
    const auto written = write(content);
    if (i == 0 && role == "system") continue;
    if (role != "assistant")
      text += turn(role, written);
    else
      text += turn(role,
                   earlier_answer(thought ? ThoughtAndAnswer{*thought, written} : parts_of(written),
                                  i > last_question, i + 1 == messages.size()));
  }
  return options.add_generation_prompt ? text + "<|im_start|>assistant\n" + kThinkingPrefix : text;
}

std::string render_instruct(const std::vector<ChatMessage>& messages, const ChatOptions& options) {
  std::string text;
  ContentWriter write(options.add_vision_id);
  for (size_t i = 0; i < messages.size(); ++i) {
    const auto& message = messages[i];
    if (message.role == "user")
      text += turn(message.role, write(message.content));
    else if (message.role == "assistant" || i == 0)
      text += turn(message.role, texts_of(message));
  }
  return options.add_generation_prompt ? text + "<|im_start|>assistant\n" : text;
}

/// Without white space, and without the escapes that stand for it.
std::string condensed(std::string_view jinja) {
  std::string text;
  for (size_t i = 0; i < jinja.size(); ++i) {
    if (jinja.substr(i, 2) == "\\n")
      ++i;
    else if (std::string_view(" \t\r\n").find(jinja[i]) == std::string_view::npos)
      text += jinja[i];
  }
  return text;
}

}  // namespace

std::string render_chat(const std::vector<ChatMessage>& messages, ChatKind kind,
                        const ChatOptions& options) {
  return kind == ChatKind::kThinking ? render_thinking(messages, options)
                                     : render_instruct(messages, options);
}

std::string with_thought(std::string_view answer) { return laid_out(parts_of(answer)); }

std::string example_chat() {
  return render_chat({{"user", {{ChatContent::Kind::kText, "..."}}}}, ChatKind::kInstruct);
}

ChatKind chat_kind(std::string_view jinja) {
  const auto text = condensed(jinja);
  const size_t end = text.rfind("add_generation_prompt");
  const bool thinks = end != std::string::npos &&
                      text.find("<|im_start|>assistant<think>'", end) != std::string::npos;
  return thinks ? ChatKind::kThinking : ChatKind::kInstruct;
}

bool is_own_template(std::string_view jinja) {
  const auto text = condensed(jinja);
  const auto has = [&](const char* piece) { return text.find(piece) != std::string::npos; };
  return has("<|vision_start|><|image_pad|><|vision_end|>") &&
         has("<|vision_start|><|video_pad|><|vision_end|>") && has("<|im_start|>assistant") &&
         has("add_vision_id") && !has("Youareahelpfulassistant.");
}

}  // namespace vrlt::model::qwen3_vl
