#include "data/converters/grounding_sets.h"

#include <algorithm>
#include <map>

#include "data/converters/annotation_files.h"
#include "data/converters/answer_text.h"
#include "data/converters/option_lines.h"
#include "data/converters/plain_question.h"
#include "data/converters/record_parts.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

namespace fs = std::filesystem;

/// Whether a stem ends in "_00:00:39:000_00:01:24:700": the file is that part of a video.
bool names_its_part(const std::string& stem) {
  constexpr std::string_view kForm = "_dd:dd:dd:ddd_dd:dd:dd:ddd";
  if (stem.size() <= kForm.size()) return false;
  const auto tail = std::string_view(stem).substr(stem.size() - kForm.size());
  for (size_t i = 0; i < kForm.size(); ++i) {
    const bool is_digit = tail[i] >= '0' && tail[i] <= '9';
    if (kForm[i] == 'd' ? !is_digit : tail[i] != kForm[i]) return false;
  }
  return true;
}

/// Whether a path is of a file, not of a folder of pictures.
bool is_video_file(const fs::path& path) {
  constexpr const char* kEndings[] = {".mp4", ".MP4", ".mkv", ".webm", ".avi", ".mov"};
  return std::find(std::begin(kEndings), std::end(kEndings), path.extension()) !=
         std::end(kEndings);
}

/// A grounding question whose times count from the start of a part of a video.
struct PartQuery {
  std::string native_id, video, sentence;
  std::optional<double> part_start, part_end, duration;
  std::vector<Interval> spans;  ///< From the start of the part.
};

io::Json make_grounding(const char* bench, const PartQuery& query, const ConversionRequest& request,
                        const AnnotationFields& fields) {
  auto record = make_record({.bench = bench,
                             .split = request.split,
                             .native_id = query.native_id,
                             .task = "tvg",
                             .video = query.video,
                             .question = query.sentence,
                             .source = bench});
  auto spans = query.spans;
  if (query.part_start && query.part_end) {
    record["clip_start"] = *query.part_start;
    record["clip_end"] = *query.part_end;
    for (auto& span : spans) {
      span.start_seconds += *query.part_start;
      span.end_seconds += *query.part_start;
    }
  } else if (query.duration) {
    record["duration"] = *query.duration;
  }
  add_segments(record, spans, fields.place(), fields.odd());
  return record;
}

/// Numbers the queries of a video in the order in which they come.
class QueryNumbers {
 public:
  std::string next(const std::string& video) { return concat(video, "#", count_[video]++); }

 private:
  std::map<std::string, int64_t> count_;
};

class TimeR1Converter {
 public:
  TimeR1Converter(const ConversionRequest& request, Conversion& conversion)
      : request_(request), conversion_(conversion) {}

  void add_item(const AnnotationFields& fields) {
    const bool is_bench = fields.find("sentence") == nullptr;
    const fs::path path = fields.text(is_bench ? "path" : "video");
    const auto stem = path.stem().string();
    PartQuery query{.native_id = numbers_.next(stem),
                    .video = in_folder(request_.video_folder, path.filename().string()),
                    .sentence = fields.text(is_bench ? "question" : "sentence"),
                    .duration = fields.duration("duration")};
    if (!names_its_part(stem)) {
      query.part_start = fields.optional_seconds(is_bench ? "start" : "video_start");
      query.part_end = fields.optional_seconds(is_bench ? "end" : "video_end");
    }
    query.spans = is_bench ? spans_of(fields) : std::vector{fields.span("timestamp")};
    auto record = make_grounding("time_r1", query, request_, fields);
    add_origin(fields, record);
    conversion_.add(std::move(record), fields.place());
  }

 private:
  static std::vector<Interval> spans_of(const AnnotationFields& fields) {
    auto spans = spans_of_value(fields.require("answer", "\"start-end\" in seconds"));
    if (spans.size() != 1) fields.fail("answer", "\"start-end\" in seconds");
    return spans;
  }

  static void add_origin(const AnnotationFields& fields, io::Json& record) {
    if (const auto name = fields.optional_text("dataset_name"); !name.empty())
      record["groups"]["dataset_name"] = name;
    for (const char* name : {"qid", "difficulty"})
      if (const auto* value = fields.find(name); value != nullptr) record["native"][name] = *value;
  }

  const ConversionRequest& request_;
  Conversion& conversion_;
  QueryNumbers numbers_;
};

class TimeLens2Converter {
 public:
  TimeLens2Converter(const ConversionRequest& request, Conversion& conversion)
      : request_(request), conversion_(conversion) {}

  void add_row(const AnnotationFields& fields) {
    const auto* events = fields.find("events");
    if (events == nullptr) return add_event(fields, fields);
    if (!events->is_array()) fields.fail("events", "a list of {query, span}");
    for (size_t i = 0; i < events->size(); ++i) {
      const auto place = concat(fields.place(), ", event ", i);
      conversion_.odd.item(
          [&] { add_event(fields, AnnotationFields((*events)[i], place, conversion_.odd)); });
    }
  }

 private:
  void add_event(const AnnotationFields& row, const AnnotationFields& event) {
    const fs::path path = record_path(row.text("video_path"), request_, event.place());
    const auto stem = is_video_file(path) ? path.stem() : path.filename();
    PartQuery query{.native_id = numbers_.next(stem.string()),
                    .video = path.string(),
                    .sentence = event.text("query"),
                    .duration = row.duration("duration")};
    for (const auto* fields : {&row, &event}) {
      if (fields->find("video_start") != nullptr)
        query.part_start = fields->optional_seconds("video_start");
      if (fields->find("video_end") != nullptr)
        query.part_end = fields->optional_seconds("video_end");
    }
    query.spans = spans_of_value(event.require("span", "[[start, end], ...] in seconds"));
    if (query.spans.empty()) event.fail("span", "[[start, end], ...] in seconds");
    auto record = make_grounding("timelens2", query, request_, event);
    if (!is_video_file(path)) add_frames(record, frames_fps(row));
    if (const auto source = row.optional_text("source"); !source.empty())
      record["groups"]["source"] = source;
    conversion_.add(std::move(record), event.place());
  }

  double frames_fps(const AnnotationFields& row) const {
    const auto fps = row.find("sample_fps") != nullptr ? row.optional_seconds("sample_fps")
                                                       : request_.frames_fps;
    if (!fps || *fps <= 0)
      throw OddItemError("a folder of pictures without a rate",
                         concat(row.place(), ": ", io::excerpt(row.text("video_path")),
                                " is a folder of pictures: its row needs \"sample_fps\", or give "
                                "--frames-fps"));
    return *fps;
  }

  const ConversionRequest& request_;
  Conversion& conversion_;
  QueryNumbers numbers_;
};

}  // namespace

void convert_time_r1(const ConversionRequest& request, Conversion& conversion) {
  TimeR1Converter converter(request, conversion);
  for_each_item(request.annotations, "a JSON list of Time-R1, such as train_2k5.json", conversion,
                [&](const AnnotationFields& fields) { converter.add_item(fields); });
}

void convert_timelens2(const ConversionRequest& request, Conversion& conversion) {
  TimeLens2Converter converter(request, conversion);
  for_each_item(request.annotations, "rows of TimeLens2, such as timelens2-93k.jsonl", conversion,
                [&](const AnnotationFields& fields) { converter.add_row(fields); });
}

}  // namespace vrlt::data
