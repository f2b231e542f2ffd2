#include "data/charades_sta.h"

#include <charconv>
#include <cmath>
#include <map>

#include "vrlt/core/error.h"
#include "vrlt/io/files.h"

namespace vrlt::data {
namespace {

constexpr uint64_t kMaxAnnotationBytes = 1ULL << 30;

/// Takes the word in front of the next blank off the text.
std::string_view take_word(std::string_view& text) {
  const auto blank = text.find(' ');
  const auto word = text.substr(0, blank);
  text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
  return word;
}

double parse_seconds(std::string_view word, const std::string& place) {
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size() || !std::isfinite(value) || value < 0)
    throw DataError(concat(place, ": \"", word, "\", expected seconds of at least 0"));
  return value;
}

}  // namespace

Conversion convert_charades_sta(const std::filesystem::path& annotations, const std::string& split) {
  const auto text = io::read_file(annotations, kMaxAnnotationBytes);
  Conversion conversion;
  std::map<std::string, int64_t> queries_of_video;
  std::string_view rest(text);
  for (int64_t line_number = 1; !rest.empty(); ++line_number) {
    const auto line_feed = rest.find('\n');
    auto line = rest.substr(0, line_feed);
    rest.remove_prefix(line_feed == std::string_view::npos ? rest.size() : line_feed + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;

    const auto place = concat(annotations.string(), ":", line_number);
    const auto marker = line.find("##");
    if (marker == std::string_view::npos) throw DataError(place + ": no ##, expected \"VIDEO start end##sentence\"");
    const auto sentence = line.substr(marker + 2);
    auto head = line.substr(0, marker);
    const std::string video(take_word(head));
    double start = parse_seconds(take_word(head), place), end = parse_seconds(take_word(head), place);
    if (video.empty() || sentence.empty()) throw DataError(place + ": expected \"VIDEO start end##sentence\"");
    if (start == end) {
      conversion.notes.push_back(concat(place, ": dropped, the span ", start, " to ", end, " is empty"));
      continue;
    }
    io::Json flags = io::Json::array();
    if (start > end) {
      std::swap(start, end);
      flags.push_back("gt_inverted_fixed");
      conversion.notes.push_back(concat(place, ": the span ran backwards and was turned to ", start, " to ", end));
    }
    conversion.records.push_back({{"schema", "vs/1"},
                                  {"id", concat("charades_sta/", split, "/", video, "#", queries_of_video[video]++)},
                                  {"task", "tvg"},
                                  {"bench", "charades_sta"},
                                  {"split", split},
                                  {"video", video + ".mp4"},
                                  {"clip_start", 0},
                                  {"clip_end", nullptr},
                                  {"duration", nullptr},
                                  {"question", sentence},
                                  {"options", nullptr},
                                  {"answer", nullptr},
                                  {"segments", io::Json::array({io::Json::array({start, end})})},
                                  {"source", "charades"},
                                  {"flags", flags}});
  }
  return conversion;
}

}  // namespace vrlt::data
