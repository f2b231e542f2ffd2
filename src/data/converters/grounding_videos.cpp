#include "data/converters/grounding_videos.h"

#include "data/converters/annotation_files.h"
#include "data/converters/option_lines.h"
#include "data/converters/record_parts.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

constexpr const char* kInput =
    R"(a JSON file {"VIDEO": {"duration": ..., "timestamps": [[start, end], ...], )"
    R"("sentences": [...]}})";

class VideosConverter {
 public:
  VideosConverter(const ConversionRequest& request, const char* bench, const char* source,
                  Conversion& conversion)
      : request_(request), bench_(bench), source_(source), conversion_(conversion) {}

  void read() {
    const auto videos = read_annotation_json(request_.annotations, kInput, conversion_);
    if (!videos.is_object())
      throw DataError(concat(request_.annotations.string(), ": expected ", kInput, ", found ",
                             io::excerpt(videos)));
    for (const auto& [video, item] : videos.items())
      conversion_.odd.item([&, &video = video, &item = item] {
        add_video(video, AnnotationFields(
                             item, concat(request_.annotations.string(), ": ", io::excerpt(video)),
                             conversion_.odd));
      });
  }

 private:
  /// Spans and sentences of a video are paired by their places: where one list is longer, nobody
  /// knows which is without a partner.
  void add_video(const std::string& video, const AnnotationFields& fields) {
    const auto &spans = fields.require("timestamps", "a list of [start, end] in seconds"),
               &sentences = fields.require("sentences", "a list of texts");
    if (!spans.is_array()) fields.fail("timestamps", "a list of [start, end] in seconds");
    if (!sentences.is_array()) fields.fail("sentences", "a list of texts");
    if (spans.size() != sentences.size())
      throw OddItemError("lists of unequal length",
                         concat(fields.place(), ": ", spans.size(), " timestamps and ",
                                sentences.size(), " sentences, expected as many of both"));
    const auto duration = fields.duration("duration");
    for (size_t i = 0; i < spans.size(); ++i) {
      const io::Json query = {{"timestamp", spans[i]}, {"sentence", sentences[i]}};
      const auto place = concat(fields.place(), ", query ", i);
      conversion_.odd.item(
          [&] { add_query(video, i, AnnotationFields(query, place, conversion_.odd), duration); });
    }
  }

  void add_query(const std::string& video, size_t index, const AnnotationFields& query,
                 std::optional<double> duration) {
    const auto sentence = query.text("sentence");
    if (without_blanks(sentence).empty())
      throw OddItemError("a blank sentence", query.place() + ": the sentence is blank");
    const auto span = query.span("timestamp");
    auto record = make_record({.bench = bench_,
                               .split = request_.split,
                               .native_id = concat(video, "#", index),
                               .task = "tvg",
                               .video = in_folder(request_.video_folder, video + ".mp4"),
                               .question = sentence,
                               .source = source_});
    if (duration) record["duration"] = *duration;
    add_segments(record, {span}, query.place(), conversion_.odd);
    record["native"] = {{"video", video + ".mp4"}, {"timestamp_text", python_list(span)}};
    conversion_.add(std::move(record), query.place());
  }

  const ConversionRequest& request_;
  const char *bench_, *source_;
  Conversion& conversion_;
};

}  // namespace

void convert_charades_sta_videos(const ConversionRequest& request, Conversion& conversion) {
  VideosConverter(request, "charades_sta", "charades", conversion).read();
}
void convert_anet_tvg_videos(const ConversionRequest& request, Conversion& conversion) {
  VideosConverter(request, "anet_tvg", "activitynet", conversion).read();
}

}  // namespace vrlt::data
