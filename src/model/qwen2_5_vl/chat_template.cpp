#include "model/qwen2_5_vl/chat_template.h"

#include "vrlt/io/files.h"

namespace vrlt::model::qwen2_5_vl {
namespace {

constexpr const char* kDefaultSystem = "You are a helpful assistant.";

std::string turn(const std::string& role, const std::string& content) {
  return "<|im_start|>" + role + "\n" + content + "<|im_end|>\n";
}

}  // namespace

std::string render_chat(const std::vector<ChatMessage>& messages, const ChatOptions& options) {
  std::string text;
  int pictures = 0, videos = 0;
  if (messages.empty() || messages.front().role != "system") text += turn("system", kDefaultSystem);
  for (const auto& message : messages) {
    std::string content;
    for (const auto& item : message.content) {
      switch (item.kind) {
        case ChatContent::Kind::kText:
          content += item.text;
          break;
        case ChatContent::Kind::kImage:
          ++pictures;
          if (options.add_vision_id) content += "Picture " + std::to_string(pictures) + ": ";
          content += "<|vision_start|><|image_pad|><|vision_end|>";
          break;
        case ChatContent::Kind::kVideo:
          ++videos;
          if (options.add_vision_id) content += "Video " + std::to_string(videos) + ": ";
          content += "<|vision_start|><|video_pad|><|vision_end|>";
          break;
      }
    }
    text += turn(message.role, content);
  }
  if (options.add_generation_prompt) text += "<|im_start|>assistant\n";
  return text;
}

std::string example_chat() { return render_chat({{"user", {{ChatContent::Kind::kText, "..."}}}}); }

bool is_own_template(std::string_view jinja) {
  // without white space
  constexpr const char* kOfQwen25Vl =
      "d3826afc64fbdb18cd6a40ac43866b75cf44be8ffd679d24ab21620d34c2c26c";
  std::string condensed;
  for (const char c : jinja)
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') condensed += c;
  return io::sha256(condensed) == kOfQwen25Vl;
}

}  // namespace vrlt::model::qwen2_5_vl
