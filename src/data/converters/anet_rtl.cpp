#include "data/converters/anet_rtl.h"

#include "data/converters/annotation_files.h"
#include "data/converters/record_parts.h"
#include "data/json_fields.h"
#include "data/time_tokens.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

constexpr const char* kInput =
    "annot_val_1_q229.json, or activitynet_train_gpt-4-0613_temp_6_f10009.json";

struct Question {
  std::string native_id, video, question, answer;  ///< `video` without "v_".
  std::optional<double> duration;
};

void add_record(const ConversionRequest& request, const Question& question,
                const std::string& place, Conversion& conversion) {
  const auto explained = split_time_tokens(question.answer);
  if (!explained)
    throw OddItemError("an answer without two times",
                       concat(place, ": the answer ", io::excerpt(question.answer),
                              " has fewer than two times <t>"));
  const auto video = "v_" + question.video + (request.frames_fps ? "" : ".mp4");
  auto record = make_record({.bench = "anet_rtl",
                             .split = request.split,
                             .native_id = question.native_id,
                             .task = "rtl",
                             .video = in_folder(request.video_folder, video),
                             .question = question.question,
                             .source = "activitynet"});
  if (request.frames_fps) add_frames(record, *request.frames_fps);
  if (question.duration) record["duration"] = *question.duration;
  if (!explained->text.empty()) record["answer"] = explained->text;
  record["answer_raw"] = question.answer;
  add_segments(record, {explained->span}, place, conversion.odd);
  record["cluster"] = question.video;
  record["native"] = {{"question_id", question.native_id}};
  conversion.add(std::move(record), place);
}

void convert_list(const io::Json& items, const ConversionRequest& request, Conversion& conversion) {
  for (size_t i = 0; i < items.size(); ++i) {
    conversion.odd.item([&] {
      const auto place = concat(request.annotations.string(), ": item ", i);
      const AnnotationFields fields(items[i], place_of_item(place, items[i]), conversion.odd);
      const Question question{fields.text("question_id"), fields.text("vid"),
                              fields.text("question"), fields.text("answer"),
                              fields.duration("duration")};
      add_record(request, question, fields.place(), conversion);
    });
  }
}

void convert_videos(const io::Json& videos, const ConversionRequest& request,
                    Conversion& conversion) {
  for (const auto& [key, item] : videos.items()) {
    conversion.odd.item([&, &key = key, &item = item] {
      const AnnotationFields fields(
          item, concat(request.annotations.string(), ": ", io::excerpt(key)), conversion.odd);
      const auto video = key.starts_with("v_") ? key.substr(2) : key;
      const auto duration = fields.duration("duration");
      const auto& pairs = fields.require("QA", "a list of {\"q\", \"a\"}");
      if (!pairs.is_array()) fields.fail("QA", "a list of {\"q\", \"a\"}");
      for (size_t i = 0; i < pairs.size(); ++i)
        conversion.odd.item([&] {
          const AnnotationFields pair(pairs[i], concat(fields.place(), ", QA ", i), conversion.odd);
          add_record(request,
                     {concat(video, "_", i), video, pair.text("q"), pair.text("a"), duration},
                     pair.place(), conversion);
        });
    });
  }
}

}  // namespace

void convert_anet_rtl(const ConversionRequest& request, Conversion& conversion) {
  const auto annotations = read_annotation_json(request.annotations, kInput, conversion);
  if (annotations.is_array()) {
    convert_list(annotations, request, conversion);
  } else if (annotations.is_object()) {
    convert_videos(annotations, request, conversion);
  } else {
    throw DataError(concat(request.annotations.string(),
                           ": expected a list or a dictionary, found ", io::excerpt(annotations)));
  }
}

}  // namespace vrlt::data
