#include "data/converters/charades_sta.h"

#include <charconv>
#include <cmath>
#include <map>

#include "data/converters/annotation_files.h"
#include "data/converters/csv.h"
#include "data/converters/option_lines.h"
#include "data/converters/record_parts.h"
#include "vrlt/core/error.h"
#include "vrlt/io/text.h"

namespace vrlt::data {
namespace {

constexpr uint64_t kMaxAnnotationBytes = 1ULL << 30;
constexpr const char* kInput = "charades_sta_train.txt or charades_sta_test.txt";
constexpr const char* kDurations = "Charades_v1_train.csv or Charades_v1_test.csv";

/// Takes the word in front of the next blank off the text.
std::string_view take_word(std::string_view& text) {
  const auto blank = text.find(' ');
  const auto word = text.substr(0, blank);
  text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
  return word;
}

std::optional<double> to_seconds(std::string_view word) {
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size() || !std::isfinite(value) ||
      value < 0)
    return {};
  return value;
}

double parse_seconds(std::string_view word, const std::string& place) {
  const auto seconds = to_seconds(word);
  if (!seconds)
    throw OddItemError("an odd time",
                       concat(place, ": \"", word, "\", expected seconds of at least 0"));
  return *seconds;
}

std::map<std::string, double> read_durations(const std::filesystem::path& csv,
                                             Conversion& conversion) {
  std::map<std::string, double> durations;
  if (csv.empty()) return durations;
  for_each_csv_row(csv, kDurations, conversion, [&](const CsvRow& row) {
    if (const auto seconds = to_seconds(without_blanks(row.at("length"))); seconds && *seconds > 0)
      durations[row.at("id")] = *seconds;
    else
      conversion.odd.repaired(
          "a duration left out",
          concat(row.place(), ": the length is ", io::excerpt(row.at("length")),
                 ", expected seconds above 0; left out"));
  });
  return durations;
}

struct Query {
  std::string video, sentence;
  Interval span;
};

Query parse_line(std::string_view line, const std::string& place) {
  const auto marker = line.find("##");
  if (marker == std::string_view::npos)
    throw OddItemError("a line without ##",
                       place + ": no ##, expected \"VIDEO start end##sentence\"");
  auto head = line.substr(0, marker);
  Query query{.video = std::string(take_word(head)),
              .sentence = std::string(line.substr(marker + 2))};
  query.span.start_seconds = parse_seconds(take_word(head), place);
  query.span.end_seconds = parse_seconds(take_word(head), place);
  if (query.video.empty() || query.sentence.empty())
    throw OddItemError("a line without video or sentence",
                       place + ": expected \"VIDEO start end##sentence\"");
  return query;
}

}  // namespace

void convert_charades_sta(const ConversionRequest& request, Conversion& conversion) {
  const auto durations = read_durations(request.durations, conversion);
  const auto text =
      io::read_text(require_source(request.annotations, kInput, conversion), kMaxAnnotationBytes);
  std::map<std::string, int64_t> queries_of_video;
  std::string_view rest(text);
  for (int64_t line_number = 1; !rest.empty(); ++line_number) {
    const auto line_feed = rest.find('\n');
    const auto line = rest.substr(0, line_feed);
    rest.remove_prefix(line_feed == std::string_view::npos ? rest.size() : line_feed + 1);
    if (without_blanks(line).empty()) continue;
    conversion.odd.item([&] {
      const auto place = concat(request.annotations.string(), ":", line_number);
      const auto query = parse_line(line, place);
      const auto file = query.video + ".mp4";
      auto record =
          make_record({.bench = "charades_sta",
                       .split = request.split,
                       .native_id = concat(query.video, "#", queries_of_video[query.video]++),
                       .task = "tvg",
                       .video = in_folder(request.video_folder, file),
                       .question = query.sentence,
                       .source = "charades"});
      if (const auto duration = durations.find(query.video); duration != durations.end())
        record["duration"] = duration->second;
      add_segments(record, {query.span}, place, conversion.odd);
      record["native"] = {{"video", file}, {"timestamp_text", python_list(query.span)}};
      conversion.add(std::move(record), place);
    });
  }
}

}  // namespace vrlt::data
