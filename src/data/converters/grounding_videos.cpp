#include "data/converters/grounding_videos.h"

#include <algorithm>

#include "data/converters/annotation_files.h"
#include "data/converters/option_lines.h"
#include "data/converters/record_parts.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

constexpr const char* kInput =
    R"(a JSON file {"VIDEO": {"duration": ..., "timestamps": [[start, end], ...], )"
    R"("sentences": [...]}})";

/// What a file calls its lists, and what becomes of a sentence.
struct Layout {
  const char *spans = "timestamps", *sentences = "sentences";
  std::string (*clean)(const std::string&) = nullptr;
};

/// As parse_query of TimeLens.
std::string timelens_query(const std::string& text) {
  std::string words;
  for (const char c : text) {
    const bool is_space = c == ' ' || (c >= '\t' && c <= '\r');
    if (!is_space)
      words += c;
    else if (!words.ends_with(' '))
      words += ' ';
  }
  const auto strip = [&](char c) {
    while (words.starts_with(c)) words.erase(0, 1);
    while (words.ends_with(c)) words.pop_back();
  };
  for (const char c : {' ', '.', ' '}) strip(c);
  return words;
}

class VideosConverter {
 public:
  VideosConverter(const ConversionRequest& request, std::string bench, std::string source,
                  Conversion& conversion, Layout layout = {})
      : request_(request),
        bench_(std::move(bench)),
        source_(std::move(source)),
        conversion_(conversion),
        layout_(layout) {}

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
    const auto &spans = fields.require(layout_.spans, "a list of [start, end] in seconds"),
               &sentences = fields.require(layout_.sentences, "a list of texts");
    if (!spans.is_array()) fields.fail(layout_.spans, "a list of [start, end] in seconds");
    if (!sentences.is_array()) fields.fail(layout_.sentences, "a list of texts");
    if (spans.size() != sentences.size())
      throw OddItemError(
          "lists of unequal length",
          concat(fields.place(), ": ", spans.size(), " ", layout_.spans, " and ", sentences.size(),
                 " ", layout_.sentences, ", expected as many of both"));
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
    auto sentence = query.text("sentence");
    if (layout_.clean != nullptr) sentence = layout_.clean(sentence);
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
  std::string bench_, source_;
  Conversion& conversion_;
  Layout layout_;
};

}  // namespace

void convert_charades_sta_videos(const ConversionRequest& request, Conversion& conversion) {
  VideosConverter(request, "charades_sta", "charades", conversion).read();
}
void convert_anet_tvg_videos(const ConversionRequest& request, Conversion& conversion) {
  VideosConverter(request, "anet_tvg", "activitynet", conversion).read();
}

void convert_timelens_bench(const ConversionRequest& request, Conversion& conversion) {
  constexpr const char* kParts[] = {"charades-timelens", "activitynet-timelens",
                                    "qvhighlights-timelens"};
  const auto part = request.annotations.stem().string();
  if (std::find(std::begin(kParts), std::end(kParts), part) == std::end(kParts))
    throw MissingInputError(concat(request.annotations.string(),
                                   ": expected charades-timelens.json, activitynet-timelens.json "
                                   "or qvhighlights-timelens.json of TimeLens-Bench"));
  auto bench = part;
  std::replace(bench.begin(), bench.end(), '-', '_');
  VideosConverter(request, bench, part, conversion, {"spans", "queries", timelens_query}).read();
}

}  // namespace vrlt::data
