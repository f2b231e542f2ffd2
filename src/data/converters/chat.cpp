#include "data/converters/chat.h"

#include "data/converters/annotation_files.h"
#include "data/converters/answer_text.h"
#include "data/converters/chat_row.h"
#include "data/converters/plain_question.h"
#include "data/json_fields.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

/// Options that stand apart: a list, or an object of letters and texts.
std::vector<std::string> options_of(const AnnotationFields& fields) {
  for (const char* name : {"options", "choices"}) {
    const auto* value = fields.find(name);
    if (value == nullptr || value->empty()) continue;
    if (value->is_array()) return fields.texts(name, 2, 26);
    if (!value->is_object()) fields.fail(name, "a list of options, or an object of letters");
    std::vector<std::string> options;
    for (const auto& [letter, text] : value->items())
      options.push_back(
          concat(letter, ". ", text.is_string() ? text.get<std::string>() : text.dump()));
    return options;
  }
  return {};
}

std::vector<Interval> segments_of(const AnnotationFields& fields) {
  for (const char* name : {"segments", "spans", "timestamps", "timestamp", "glue"}) {
    const auto* value = fields.find(name);
    if (value == nullptr || value->empty()) continue;
    auto spans = spans_of_value(*value);
    if (spans.empty()) fields.fail(name, "spans of time, such as [[3.0, 7.0]]");
    return spans;
  }
  return {};
}

/// What identifies a row, under one of the usual names; or its position.
std::string id_of(const AnnotationFields& fields, int64_t index) {
  for (const char* name : {"id", "sample_id", "question_id", "problem_id", "qid"})
    if (const auto* value = fields.find(name); value != nullptr)
      return value->is_string() ? value->get<std::string>() : value->dump();
  return std::to_string(index);
}

/// The part of a video that its object asks for (video_start, video_end: qwen-vl-utils).
void add_clip(const ChatMedia& video, const AnnotationFields& fields, PlainQuestion& plain) {
  if (!video.settings.is_object()) return;
  const AnnotationFields settings(video.settings, fields.place(), fields.odd());
  plain.clip_start = settings.optional_seconds("video_start");
  plain.clip_end = settings.optional_seconds("video_end");
}

class ChatConverter {
 public:
  ChatConverter(const ConversionRequest& request, Conversion& conversion)
      : request_(request), conversion_(conversion) {}

  void add_row(const AnnotationFields& fields) {
    const auto index = index_++;
    if (fields.find("chosen") != nullptr && fields.find("rejected") != nullptr)
      throw OddItemError(
          "a pair of preferences",
          fields.place() + ": a pair of preferences, which nothing here learns from");
    const auto row = read_chat_row(fields);
    const auto id = id_of(fields, index);
    for (size_t i = 0; i < row.turns.size(); ++i)
      if (row.turns.size() == 1)
        add_turn(fields, row, i, id);
      else
        conversion_.odd.item([&] { add_turn(fields, row, i, id); });
  }

 private:
  void add_turn(const AnnotationFields& fields, const ChatRow& row, size_t i,
                const std::string& id) {
    const bool is_last = i + 1 == row.turns.size();
    if (row.turns[i].question.empty())
      throw OddItemError("no question", fields.place() + ": no text is left of its question");
    if (row.turns.size() > 1)
      fields.odd().repaired("a turn asked on its own",
                            concat(fields.place(), ": turn ", i + 1, " of ", row.turns.size(),
                                   " is asked without those before it"));
    PlainQuestion plain{.native_id = i == 0 ? id : concat(id, "-", i + 1),
                        .question = row.turns[i].question,
                        .answer = row.turns[i].answer};
    if (is_last) {  // what the row itself says is about its last question
      plain.options = options_of(fields);
      plain.segments = segments_of(fields);
    }
    for (const auto& video : row.videos) plain.videos.push_back(video.path);
    for (const auto& image : row.images) plain.images.push_back(image.path);
    if (!row.videos.empty()) add_clip(row.videos.front(), fields, plain);
    plain.duration = fields.duration("duration");
    add_groups(fields, plain);
    ids_.add(record_of(std::move(plain), request_, fields), fields.place(), conversion_);
  }

  static void add_groups(const AnnotationFields& fields, PlainQuestion& plain) {
    for (const char* name : {"data_source", "ability", "source"})
      if (const auto* value = fields.find(name); value != nullptr && value->is_string())
        plain.groups[name] = value->get<std::string>();
  }

  const ConversionRequest& request_;
  Conversion& conversion_;
  NumberedIds ids_;
  int64_t index_ = 0;
};

}  // namespace

void convert_chat(const ConversionRequest& request, Conversion& conversion) {
  ChatConverter converter(request, conversion);
  for_each_item(request.annotations, "conversations or questions as JSON or JSON Lines", conversion,
                [&](const AnnotationFields& fields) { converter.add_row(fields); });
}

}  // namespace vrlt::data
