#include "data/converters/chat_row.h"

#include <algorithm>
#include <initializer_list>

#include "data/converters/option_lines.h"
#include "data/converters/placeholders.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

using Names = std::initializer_list<const char*>;

enum class Speaker { kUser, kModel, kSystem, kOther };

constexpr std::pair<const char*, Speaker> kSpeakers[] = {
    {"user", Speaker::kUser},     {"human", Speaker::kUser},      {"assistant", Speaker::kModel},
    {"gpt", Speaker::kModel},     {"model", Speaker::kModel},     {"bot", Speaker::kModel},
    {"system", Speaker::kSystem}, {"developer", Speaker::kSystem}};

const io::Json* field(const io::Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

const io::Json* first_field(const io::Json& object, Names names) {
  for (const auto* name : names)
    if (const auto* value = field(object, name); value != nullptr) return value;
  return nullptr;
}

Speaker speaker_of(const io::Json& turn) {
  const auto* who = first_field(turn, {"from", "role"});
  if (who != nullptr && who->is_string())
    for (const auto& [name, speaker] : kSpeakers)
      if (who->get_ref<const std::string&>() == name) return speaker;
  return Speaker::kOther;
}

class ChatReader {
 public:
  explicit ChatReader(const AnnotationFields& fields) : fields_(fields) {}

  ChatRow read(const io::Json& row) {
    read_media(row, {"video", "videos", "video_path"}, row_.videos);
    read_media(row, {"image", "images", "image_path"}, row_.images);
    if (const auto* history = field(row, "history")) read_history(*history);
    if (!read_turns(first_field(row, {"conversations", "messages"})) &&
        !read_turns(field(row, "prompt")))
      read_question(row);
    read_turns(field(row, "completion"));
    if (row_.turns.empty()) drop("no question", "no question stands in it");
    if (const auto* system = field(row, "system")) leave_out_system(*system);
    read_truth(row);
    check_placeholders();
    return std::move(row_);
  }

 private:
  [[noreturn]] void drop(const std::string& kind, const std::string& text) const {
    throw OddItemError(kind, concat(fields_.place(), ": ", text));
  }
  void repaired(const std::string& kind, const std::string& text) const {
    fields_.odd().repaired(kind, concat(fields_.place(), ": ", text));
  }

  /// One file, or a list of them.
  void read_media(const io::Json& row, Names names, std::vector<ChatMedia>& files) {
    const auto* value = first_field(row, names);
    if (value == nullptr) return;
    if (!value->is_array()) return add_media(*value, files);
    for (const auto& item : *value) add_media(item, files);
  }

  void add_media(const io::Json& item, std::vector<ChatMedia>& files) {
    const auto* path =
        item.is_object()
            ? first_field(item, {"video", "image", "path", "url", "video_url", "image_url"})
            : &item;
    if (path != nullptr && path->is_object()) path = field(*path, "url");
    if (path != nullptr && path->is_array())
      drop("a video as a list of pictures", "a video is a list of pictures; make it a file");
    if (path == nullptr && field(item, "bytes") != nullptr)
      drop("a picture without a file", "a picture stands in the row itself; write it to a file");
    if (path == nullptr || !path->is_string() || path->get_ref<const std::string&>().empty())
      drop("no file", concat("expected the path of a file, found ", io::excerpt(item)));
    files.push_back({path->get<std::string>(), item.is_object() ? item : io::Json()});
  }

  /// A text, or the text of a list of parts, whose files are added.
  std::string text_of(const io::Json& content) {
    if (content.is_string()) return content.get<std::string>();
    if (content.is_number()) return content.dump();
    if (!content.is_array())
      drop("odd text", concat("expected text, found ", io::excerpt(content)));
    std::string text;
    for (const auto& part : content) {
      const auto* words = field(part, "text");
      if (part.is_string()) text += part.get<std::string>();
      if (words != nullptr && words->is_string()) text += words->get<std::string>();
      if (words == nullptr && part.is_object()) text += take_part(part);
    }
    return text;
  }

  /// The placeholder of a part that is a file. One that names none stands for a file of the row.
  std::string take_part(const io::Json& part) {
    const auto* type = field(part, "type");
    const auto kind = type != nullptr && type->is_string() ? type->get<std::string>() : "";
    const bool is_video = kind.starts_with("video") || field(part, "video") != nullptr;
    const bool is_image = kind.starts_with("image") || field(part, "image") != nullptr;
    if (!is_video && !is_image)
      drop("a part of another kind", concat("a part that is ", io::excerpt(part)));
    const bool names_file =
        first_field(part, {"video", "image", "path", "url", "video_url", "image_url"}) != nullptr;
    if (names_file) add_media(part, is_video ? row_.videos : row_.images);
    return is_video ? "<video>" : "<image>";
  }

  bool read_turns(const io::Json* turns) {
    if (turns == nullptr || !turns->is_array() || turns->empty() || !turns->front().is_object())
      return false;
    for (const auto& turn : *turns) {
      const auto* said = first_field(turn, {"value", "content"});
      const auto speaker = speaker_of(turn);
      if (speaker == Speaker::kOther)
        drop("a turn of another speaker", concat("a turn of ", io::excerpt(turn)));
      if (said == nullptr) continue;
      if (speaker == Speaker::kSystem) leave_out_system(*said);
      if (speaker == Speaker::kUser) ask(text_of(*said));
      if (speaker == Speaker::kModel) answer(text_of(*said));
    }
    return true;
  }

  /// [[question, answer], ...] of ms-swift and LLaMA-Factory.
  void read_history(const io::Json& history) {
    if (!history.is_array()) return;
    for (const auto& pair : history) {
      if (!pair.is_array() || pair.size() != 2)
        drop("odd history", concat("expected [question, answer], found ", io::excerpt(pair)));
      ask(text_of(pair[0]));
      answer(text_of(pair[1]));
    }
  }

  void read_question(const io::Json& row) {
    const auto* asked = first_field(row, {"query", "problem", "question", "instruction", "prompt"});
    if (asked == nullptr) return;
    auto text = text_of(*asked);
    if (const auto* input = field(row, "input"); input != nullptr && field(row, "instruction"))
      if (const auto more = text_of(*input); !more.empty()) text += "\n" + more;
    ask(text);
    if (const auto* said = first_field(row, {"response", "output"}))
      row_.turns.back().answer = *said;
    if (const auto* said = field(row, "completion"); said != nullptr && said->is_string())
      row_.turns.back().answer = *said;
  }

  /// What the last question is rewarded by, in place of what a model said to it.
  void read_truth(const io::Json& row) {
    const auto* truth = first_field(row, {"solution", "answer", "ground_truth"});
    const auto* model = field(row, "reward_model");
    if (truth == nullptr && model != nullptr) truth = field(*model, "ground_truth");
    if (truth != nullptr) row_.turns.back().answer = *truth;
  }

  void ask(const std::string& text) { row_.turns.push_back({without_placeholders(text), nullptr}); }
  void answer(const std::string& text) {
    if (row_.turns.empty())
      drop("an answer before a question", "an answer stands before a question");
    row_.turns.back().answer = text;
  }

  void leave_out_system(const io::Json& system) const {
    const auto text = system.is_string() ? system.get<std::string>() : "";
    if (!without_blanks(text).empty())
      repaired("a text of the system, left out",
               concat("the prompt of the run brings its own text of the system; left out: ",
                      io::excerpt(text)));
  }

  std::string without_placeholders(const std::string& written) {
    auto [text, order, inside] = take_placeholders(written);
    order_ += order;
    if (inside)
      repaired("a placeholder inside a text",
               "a placeholder stands inside a text; its file comes before the text here");
    return text;
  }

  void check_placeholders() const {
    const auto files = row_.videos.size() + row_.images.size();
    if (order_.size() > files)
      drop("a placeholder without its file",
           concat(order_.size(), " placeholders and ", files, " files"));
    if (!order_.empty() && order_.size() < files)
      repaired("more files than placeholders",
               concat(order_.size(), " placeholders and ", files, " files; all of them are shown"));
    if (!row_.videos.empty() && !row_.images.empty() && order_.find("vi") != std::string::npos)
      repaired("media in another order", "pictures come before the video here");
  }

  const AnnotationFields& fields_;
  ChatRow row_;
  std::string order_;  ///< Of the placeholders: v or i.
};

}  // namespace

ChatRow read_chat_row(const AnnotationFields& fields) {
  return ChatReader(fields).read(fields.object());
}

}  // namespace vrlt::data
