#include "data/converters/anet_rtl.h"

#include <charconv>
#include <cmath>
#include <optional>

#include "data/converters/annotation_files.h"
#include "data/converters/record_parts.h"
#include "data/json_fields.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

constexpr const char* kInput = "annot_val_1_q229.json, or activitynet_train_gpt-4-0613_temp_6_f10009.json";

/// Takes the first `<number>` out of a text.
std::optional<double> take_time(std::string& text) {
  for (size_t open = text.find('<'); open != std::string::npos; open = text.find('<', open + 1)) {
    double seconds = 0;
    const auto [end, error] = std::from_chars(text.data() + open + 1, text.data() + text.size(), seconds);
    const auto close = static_cast<size_t>(end - text.data());
    if (error != std::errc() || close >= text.size() || text[close] != '>' || !std::isfinite(seconds)) continue;
    text.erase(open, close + 1 - open);
    return seconds;
  }
  return {};
}

struct Explained {
  Interval span;
  std::string explanation;
};

/// The first two times of an answer and what remains of it.
std::optional<Explained> split_answer(std::string answer) {
  const auto start = take_time(answer), end = take_time(answer);
  if (!start || !end) return {};
  const auto first = answer.find_first_not_of(" \t\r\n");
  return Explained{{*start, *end}, first == std::string::npos ? "" : answer.substr(first)};
}

struct Question {
  std::string native_id, video, question, answer;  ///< `video` without "v_".
  double duration = 0.0;
};

void add_record(const ConversionRequest& request, const Question& question, const std::string& place, Conversion& conversion) {
  const auto explained = split_answer(question.answer);
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
  if (!explained->explanation.empty()) record["answer"] = explained->explanation;
  record["answer_raw"] = question.answer;
  add_segments(record, {explained->span}, place, conversion);
  record["cluster"] = question.video;
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
