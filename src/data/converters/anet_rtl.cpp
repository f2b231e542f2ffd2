#include "data/converters/anet_rtl.h"

#include "data/converters/annotation_files.h"
#include "data/converters/record_parts.h"
#include "data/json_fields.h"
#include "data/time_tokens.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

constexpr const char* kInput = "annot_val_1_q229.json, or activitynet_train_gpt-4-0613_temp_6_f10009.json";

struct Question {
  std::string native_id, video, question, answer;  ///< `video` without "v_".
  double duration = 0.0;
};

void add_record(const ConversionRequest& request, const Question& question, const std::string& place, Conversion& conversion) {
  const auto explained = split_time_tokens(question.answer);
  if (!explained) {
    conversion.dropped.push_back(concat(place, ": the answer ", io::excerpt(question.answer), " has fewer than two times <t>"));
    return;
  }
  const auto video = "v_" + question.video + (request.frames_fps ? "" : ".mp4");
  auto record = make_record({.bench = "anet_rtl",
                             .split = request.split,
                             .native_id = question.native_id,
                             .task = "rtl",
                             .video = in_folder(request.video_folder, video),
                             .question = question.question,
                             .source = "activitynet"});
  if (request.frames_fps) add_frames(record, *request.frames_fps);
  record["duration"] = question.duration;
  if (!explained->text.empty()) record["answer"] = explained->text;
  record["answer_raw"] = question.answer;
  add_segments(record, {explained->span}, place, conversion);
  record["cluster"] = question.video;
  record["native"] = {{"question_id", question.native_id}};
  conversion.records.push_back(std::move(record));
}

void convert_list(const io::Json& items, const ConversionRequest& request, Conversion& conversion) {
  for (size_t i = 0; i < items.size(); ++i) {
    const JsonFields fields(items[i], concat(request.annotations.string(), ": item ", i));
    const Question question{fields.text("question_id"), fields.text("vid"), fields.text("question"), fields.text("answer"),
                            fields.seconds("duration")};
    add_record(request, question, fields.place(), conversion);
  }
}

void convert_videos(const io::Json& videos, const ConversionRequest& request, Conversion& conversion) {
  for (const auto& [key, item] : videos.items()) {
    const JsonFields fields(item, concat(request.annotations.string(), ": ", io::excerpt(key)));
    const auto video = key.starts_with("v_") ? key.substr(2) : key;
    const auto& pairs = fields.require("QA", "a list of {\"q\", \"a\"}");
    if (!pairs.is_array()) fields.fail("QA", "a list of {\"q\", \"a\"}");
    for (size_t i = 0; i < pairs.size(); ++i) {
      const JsonFields pair(pairs[i], concat(fields.place(), ", QA ", i));
      add_record(request, {concat(video, "_", i), video, pair.text("q"), pair.text("a"), fields.seconds("duration")}, pair.place(), conversion);
    }
  }
}

}  // namespace

Conversion convert_anet_rtl(const ConversionRequest& request) {
  Conversion conversion;
  const auto annotations = read_annotation_json(request.annotations, kInput, conversion);
  if (annotations.is_array()) {
    convert_list(annotations, request, conversion);
  } else if (annotations.is_object()) {
    convert_videos(annotations, request, conversion);
  } else {
    throw DataError(concat(request.annotations.string(), ": expected a list or a dictionary, found ", io::excerpt(annotations)));
  }
  return conversion;
}

}  // namespace vrlt::data
