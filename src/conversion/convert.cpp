#include "vrlt/conversion/convert.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>

#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/data/converter_options.h"
#include "vrlt/data/dataset.h"
#include "vrlt/data/sample.h"
#include "vrlt/data/sample_counts.h"
#include "vrlt/io/checked_file.h"
#include "vrlt/io/files.h"
#include "vrlt/io/output_file.h"
#include "vrlt/video/decoder.h"

namespace vrlt::conversion {
namespace fs = std::filesystem;
namespace {

/// How long a video is, in ways that differ by less than a frame in sound files.
struct LengthRule {
  const char* name;
  double (*seconds)(const video::VideoReader& reader);
};

constexpr LengthRule kLengthRules[] = {
    {"probe", [](const video::VideoReader& reader) { return reader.duration_seconds(); }},
    // Temporal-R1 divides the frames taken by their rate, n / (n / frames * rate): whatever n is,
    // the frames by the rate of the file.
    {"sampled",
     [](const video::VideoReader& reader) {
       return static_cast<double>(reader.num_frames()) / reader.average_fps();
     }},
};

/// Measures each video once. @return nothing for "field".
std::function<double(const std::string&)> length_measure(const std::string& rule_name,
                                                         const fs::path& data_root) {
  if (rule_name.empty() || rule_name == "field") return {};
  const auto* rule = std::find_if(std::begin(kLengthRules), std::end(kLengthRules),
                                  [&](const auto& entry) { return rule_name == entry.name; });
  if (rule == std::end(kLengthRules))
    throw ConfigError(concat("--video-length ", rule_name, ": expected field, probe or sampled"));
  if (data_root.empty())
    throw ConfigError(
        concat("--video-length ", rule_name, ": give --data-root, where the videos are"));
  return [rule, data_root,
          known = std::make_shared<std::map<std::string, double>>()](const std::string& video) {
    if (const auto found = known->find(video); found != known->end()) return found->second;
    const auto seconds = rule->seconds(video::VideoReader(data::resolve_media(data_root, video)));
    return known->emplace(video, seconds).first->second;
  };
}

/// A video that is not there but has another usual ending: the record gets it, and a note says so.
void find_ending(io::Json& record, const fs::path& data_root, std::vector<std::string>& notes) {
  constexpr const char* kEndings[] = {".mp4", ".mkv", ".webm", ".avi", ".MP4", ".mov"};
  if (!record["video"].is_string() || record.contains("frames")) return;
  const fs::path video = record["video"].get<std::string>();
  if (fs::exists(data::resolve_media(data_root, video.string()))) return;
  for (const auto* ending : kEndings) {
    const auto other = fs::path(video).replace_extension(ending);
    if (!fs::exists(data::resolve_media(data_root, other.string()))) continue;
    notes.push_back(concat(record["id"].get<std::string>(), ": the video is ", other.string()));
    record["video"] = other.string();
    return;
  }
}

constexpr size_t kShown = 10;

void print_lines(const std::vector<std::string>& lines, int64_t count) {
  const auto shown = std::min(lines.size(), kShown);
  for (size_t i = 0; i < shown; ++i) std::printf("  %s\n", lines[i].c_str());
  if (count > static_cast<int64_t>(shown))
    std::printf("  ... and %lld more, the first of each kind in the .meta.json\n",
                static_cast<long long>(count) - static_cast<long long>(shown));
}

/// "dropped: 3 (odd "answer" 2, a blank sentence 1)" and the first of them.
void print_odd(const char* what, const std::vector<data::OddKind>& kinds) {
  const auto count = data::count_of(kinds);
  if (count == 0) return;
  std::string names;
  for (const auto& kind : kinds)
    names += concat(names.empty() ? "" : ", ", kind.name, " ", kind.count);
  std::printf("%s: %lld (%s)\n", what, static_cast<long long>(count), names.c_str());
  print_lines(data::texts_of(kinds), count);
}

io::Json counts_json(const std::vector<data::OddKind>& kinds) {
  io::Json counts = io::Json::object();
  for (const auto& kind : kinds) counts[kind.name] = kind.count;
  return counts;
}

bool is_half_precision(const io::Json& record) {
  const auto flags = record.find("flags");
  return flags != record.end() && std::find(flags->begin(), flags->end(), "gt_f16") != flags->end();
}

/// Where the records came from and what happened to them.
io::Json describe(const ConvertCommand& command, const data::Conversion& conversion,
                  const std::vector<std::string>& endings, const std::string& lines) {
  io::Json sources = io::Json::array();
  for (const auto& source : conversion.sources)
    sources.push_back({{"path", source.string()}, {"sha256", io::sha256_file(source)}});
  const auto& records = conversion.records();
  const bool half = std::any_of(records.begin(), records.end(), is_half_precision);
  return {{"schema", "vs/1"},
          {"count", records.size()},
          {"sha256", io::sha256(lines)},
          {"created_by", "vrlt-data convert " + command.format},
          {"version", VRLT_VERSION},
          {"sources", sources},
          {"gt_precision", half ? "f16" : "as annotated"},
          {"repaired_by_kind", counts_json(conversion.odd.repaired())},
          {"repaired", data::texts_of(conversion.odd.repaired())},
          {"dropped_by_kind", counts_json(conversion.odd.dropped())},
          {"dropped", data::texts_of(conversion.odd.dropped())},
          {"other_endings", endings}};
}

}  // namespace

int run_convert(const ConvertCommand& command) {
  const auto& entry = data::find_converter(command.format);
  auto request = command.request;
  request.measure_seconds = length_measure(command.video_length, request.data_root);
  data::check_options(entry, request);
  if (request.split.empty()) request.split = entry.split;
  if (!request.data_root.empty() && !fs::is_directory(request.data_root))
    throw MissingInputError(concat(request.data_root.string(), ": no such folder"));
  auto conversion = data::convert(entry, request);
  std::string lines;
  std::vector<std::string> endings;
  for (auto& record : conversion.records()) {
    if (!request.data_root.empty()) find_ending(record, request.data_root, endings);
    lines += io::to_line(record) + "\n";
  }
  auto meta = command.output;
  meta.replace_extension(".meta.json");
  for (const auto& path : {command.output, meta})
    io::refuse_input_as_output("--output", path, conversion.sources);
  std::vector<data::Sample> samples;
  // What we write, our programs read: the file gets its name when the loader has read it.
  io::write_file_checked(command.output, lines,
                         [&](const fs::path& written) { samples = data::load_samples({written}); });
  io::write_file_atomic(meta, describe(command, conversion, endings, lines)
                                      .dump(2, ' ', false, io::Json::error_handler_t::replace) +
                                  "\n");
  data::print_sample_counts(samples);
  print_odd("repaired", conversion.odd.repaired());
  print_odd("dropped", conversion.odd.dropped());
  if (!endings.empty()) std::printf("found with another ending: %zu\n", endings.size());
  print_lines(endings, std::ssize(endings));
  log::info(concat("wrote ", conversion.records().size(), " records to ", command.output.string()));
  return 0;
}

}  // namespace vrlt::conversion
