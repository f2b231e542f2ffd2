#include "data/layouts/chat_row.h"

#include <charconv>
#include <filesystem>
#include <string>
#include <vector>

#include "data/converters/option_lines.h"
#include "vrlt/core/error.h"
#include "vrlt/core/interval.h"
#include "vrlt/data/sample.h"

namespace vrlt::data {
namespace {

const io::Json* field(const io::Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

/// A text, or the texts of a list of parts {"type": "text", "text": ...}.
std::string text_of(const io::Json* value) {
  if (value == nullptr) return {};
  if (value->is_string()) return value->get<std::string>();
  if (value->is_number()) return value->dump();
  std::string text;
  if (value->is_array())
    for (const auto& part : *value)
      if (const auto* words = field(part, "text"); words != nullptr && words->is_string())
        text += words->get<std::string>();
  return text;
}

/// What the first turn of one of the speakers says.
std::string turn(const io::Json* turns, const char* who, const char* what,
                 std::initializer_list<const char*> speakers) {
  if (turns == nullptr || !turns->is_array()) return {};
  for (const auto& item : *turns)
    for (const auto* speaker : speakers)
      if (text_of(field(item, who)) == speaker) return text_of(field(item, what));
  return {};
}

std::string first_of(const io::Json& row, std::initializer_list<const char*> names) {
  for (const auto* name : names)
    if (auto text = text_of(field(row, name)); !text.empty()) return text;
  return {};
}

std::string question_of(const io::Json& row) {
  const auto kUsers = {"user", "human"};
  for (const auto* name : {"conversations", "messages", "prompt"}) {
    if (auto text = turn(field(row, name), "from", "value", kUsers); !text.empty()) return text;
    if (auto text = turn(field(row, name), "role", "content", kUsers); !text.empty()) return text;
  }
  return first_of(row, {"query", "problem", "question", "instruction", "prompt"});
}

std::string answer_of(const io::Json& row) {
  const auto kModels = {"assistant", "gpt"};
  if (auto text = first_of(row, {"solution", "answer", "ground_truth", "response", "output"});
      !text.empty())
    return text;
  if (const auto* model = field(row, "reward_model"); model != nullptr)
    if (auto text = first_of(*model, {"ground_truth"}); !text.empty()) return text;
  for (const auto* name : {"conversations", "messages", "completion"}) {
    if (auto text = turn(field(row, name), "from", "value", kModels); !text.empty()) return text;
    if (auto text = turn(field(row, name), "role", "content", kModels); !text.empty()) return text;
  }
  return {};
}

/// A path, or the first of a list, as it would stand below a data root.
std::string media_of(const io::Json& row, std::initializer_list<const char*> names) {
  for (const auto* name : names) {
    const auto* value = field(row, name);
    if (value != nullptr && value->is_array() && !value->empty()) value = &value->front();
    for (const auto* inner : {"video", "image", "path"})
      if (value != nullptr && value->is_object())
        value = field(*value, inner) != nullptr ? field(*value, inner) : value;
    if (value == nullptr || !value->is_string() || value->get_ref<const std::string&>().empty())
      continue;
    std::filesystem::path path = value->get<std::string>();
    if (path.is_absolute() || path.string().find("://") != std::string::npos)
      path = path.filename();
    return path.lexically_normal().string();
  }
  return {};
}

std::string without(std::string text, std::string_view part) {
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part))
    text.erase(at, part.size());
  return text;
}

/// What stands between the answer tags, or the whole text.
std::string untagged(const std::string& text) {
  const auto open = text.find("<answer>"), close = text.find("</answer>");
  if (open == std::string::npos || close == std::string::npos || close < open + 8)
    return std::string(without_blanks(text));
  return std::string(without_blanks(std::string_view(text).substr(open + 8, close - open - 8)));
}

/// Two numbers with nothing but words between and around them: "From 3.0 to 7.0 seconds."
std::optional<Interval> span_of(std::string_view text) {
  std::vector<double> numbers;
  for (size_t at = text.find_first_of("0123456789"); at != std::string_view::npos;
       at = text.find_first_of("0123456789", at)) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), value,
                                              std::chars_format::fixed);
    if (error != std::errc()) return {};
    numbers.push_back(value);
    at = static_cast<size_t>(end - text.data());
  }
  if (numbers.size() != 2 || numbers[0] >= numbers[1] || text.find("to") == std::string_view::npos)
    return {};
  return Interval{numbers[0], numbers[1]};
}

void add_task(io::Json& record, const LetteredText& asked, const std::string& answer) {
  if (asked.options.size() >= 2) {
    record["task"] = "mcq";
    record["options"] = asked.options;
    const auto index = option_index(answer, asked.options);
    record["answer"] = index ? io::Json(*index) : io::Json(nullptr);
  } else if (const auto span = span_of(answer)) {
    record["task"] = "tvg";
    record["segments"] = {{span->start_seconds, span->end_seconds}};
  } else {
    record["task"] = "open";
    record["answer"] = answer.empty() ? io::Json(nullptr) : io::Json(answer);
  }
}

}  // namespace

std::optional<io::Json> suggested_record(const io::Json& row) {
  auto question = question_of(row);
  for (const char* placeholder : {"<video>", "<image>", "<|vision_start|>", "<|vision_end|>",
                                  "<|video_pad|>", "<|image_pad|>"})
    question = without(std::move(question), placeholder);
  const auto asked = split_lettered(question);
  const auto video = media_of(row, {"video", "videos", "video_path"}),
             image = media_of(row, {"image", "images", "image_path"});
  const auto id = first_of(row, {"id", "sample_id", "question_id"});
  io::Json record = {{"schema", "vs/1"}, {"id", id.empty() ? "my/1" : id}, {"task", nullptr}};
  if (!video.empty()) record["video"] = video;
  if (!image.empty()) record["images"] = {image};
  record["question"] = asked.question;
  add_task(record, asked, untagged(answer_of(row)));
  try {
    parse_sample(record, "");
  } catch (const DataError&) {
    return {};
  }
  return record;
}

}  // namespace vrlt::data
