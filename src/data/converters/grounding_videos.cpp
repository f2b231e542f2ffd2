#include "data/converters/grounding_videos.h"

#include "data/converters/annotation_files.h"
#include "data/converters/record_parts.h"
#include "data/json_fields.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

constexpr const char* kInput = R"(a JSON file {"VIDEO": {"duration": ..., "timestamps": [[start, end], ...], "sentences": [...]}})";
constexpr size_t kMaxQueries = 10'000;

Conversion convert_videos(const ConversionRequest& request, const char* bench, const char* source) {
  Conversion conversion;
  const auto videos = read_annotation_json(request.annotations, kInput, conversion);
  if (!videos.is_object()) throw DataError(concat(request.annotations.string(), ": expected ", kInput, ", found ", io::excerpt(videos)));
  for (const auto& [video, item] : videos.items()) {
    const JsonFields fields(item, concat(request.annotations.string(), ": ", io::excerpt(video)));
    const auto spans = fields.spans("timestamps");
    const auto sentences = fields.texts("sentences", spans.size(), std::min(spans.size(), kMaxQueries));
    const auto duration = fields.optional_seconds("duration");
    for (size_t i = 0; i < spans.size(); ++i) {
      const auto place = concat(fields.place(), ", query ", i);
      if (sentences[i].find_first_not_of(" \t\r\n") == std::string::npos) {
        conversion.dropped.push_back(place + ": the sentence is blank");
        continue;
      }
      auto record = make_record({.bench = bench,
                                 .split = request.split,
                                 .native_id = concat(video, "#", i),
                                 .task = "tvg",
                                 .video = in_folder(request.video_folder, video + ".mp4"),
                                 .question = sentences[i],
                                 .source = source});
      if (duration) record["duration"] = *duration;
      add_segments(record, {spans[i]}, place, conversion);
      record["native"] = {{"video", video + ".mp4"}, {"timestamp_text", python_list(spans[i])}};
      conversion.records.push_back(std::move(record));
    }
  }
  return conversion;
}

}  // namespace

Conversion convert_charades_sta_videos(const ConversionRequest& request) { return convert_videos(request, "charades_sta", "charades"); }
Conversion convert_anet_tvg_videos(const ConversionRequest& request) { return convert_videos(request, "anet_tvg", "activitynet"); }

}  // namespace vrlt::data
