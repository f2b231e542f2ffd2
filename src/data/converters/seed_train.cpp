#include "data/converters/seed_train.h"

#include <cmath>
#include <cstdio>
#include <map>

#include "data/converters/annotation_files.h"
#include "data/converters/record_parts.h"
#include "data/converters/sampling_strategy.h"
#include "data/json_fields.h"
#include "vrlt/config/yaml_text.h"
#include "vrlt/core/error.h"
#include "vrlt/io/text.h"

namespace vrlt::data {
namespace {

namespace fs = std::filesystem;

constexpr const char* kInput =
    "a YAML list of data sets, a .json or .jsonl file of training items, or base{a,b}.json";
constexpr uint64_t kMaxYamlBytes = 1 << 20;
constexpr std::string_view kBefore = "Give the query: \"",
                           kAfter = "\", when does the described content occur in the video?.";

/// An item of a file: where it stands, and its record, null if it is odd.
struct Item {
  explicit Item(std::string its_place) : place(std::move(its_place)) {}
  std::string place;
  io::Json record;
};

/// One file of items.
struct SeedFile {
  fs::path path;
  std::string data_folder, strategy = "all", place;
};

std::string yaml_text(const YAML::Node& entry, const char* key, const std::string& place,
                      bool required) {
  const auto node = entry[key];
  if (node && node.IsScalar()) return node.Scalar();
  if (node || required)
    throw DataError(concat(place, ": \"", key, "\" is ", node ? "not a text" : "missing"));
  return "";
}

std::vector<SeedFile> read_yaml(const fs::path& path, Conversion& conversion) {
  std::vector<SeedFile> files;
  try {
    const auto root =
        config::parse_yaml(io::read_text(require_source(path, kInput, conversion), kMaxYamlBytes));
    const auto entries = root.IsMap() ? root["datasets"] : YAML::Node();
    if (!entries || !entries.IsSequence())
      throw DataError(concat(path.string(), ": expected \"datasets:\" with a list of entries"));
    for (const auto& entry : entries) {
      const auto place =
          concat(path.string(), ":", entry.Mark().line + 1, ":", entry.Mark().column + 1);
      if (!entry.IsMap())
        throw DataError(
            concat(place, ": expected json_path, data_folder and, if wanted, sampling_strategy"));
      auto& file = files.emplace_back();
      file.path = path.parent_path() / yaml_text(entry, "json_path", place, true);
      file.data_folder = yaml_text(entry, "data_folder", place, false);
      if (auto strategy = yaml_text(entry, "sampling_strategy", place, false); !strategy.empty())
        file.strategy = std::move(strategy);
      file.place = place;
    }
  } catch (const YAML::Exception& error) {
    throw DataError(concat(path.string(), ":", error.mark.line + 1, ":", error.mark.column + 1,
                           ": ", error.msg));
  }
  return files;
}

/// base{a,b}.json stands for basea.json and baseb.json.
std::vector<SeedFile> expand_braces(const fs::path& path) {
  const auto text = path.string();
  const auto open = text.find('{'), close = text.find('}', open == std::string::npos ? 0 : open);
  if (open == std::string::npos || close == std::string::npos)
    return {{.path = path, .place = text}};
  std::vector<SeedFile> files;
  for (size_t begin = open + 1; begin <= close;) {
    const auto end = std::min(text.find(',', begin), close);
    const auto name =
        text.substr(0, open) + text.substr(begin, end - begin) + text.substr(close + 1);
    files.push_back({.path = name, .place = name});
    begin = end + 1;
  }
  return files;
}

/// The sentence inside the seed's template, or the whole problem.
std::string sentence_of(const std::string& problem) {
  const std::string_view text(problem);
  if (text.size() <= kBefore.size() + kAfter.size() || !text.starts_with(kBefore) ||
      !text.ends_with(kAfter))
    return problem;
  return std::string(text.substr(kBefore.size(), text.size() - kBefore.size() - kAfter.size()));
}

/// The length that the fractions of an item are of: measured if that was asked for.
double measured_length(const std::string& video, double annotated, const AnnotationFields& fields,
                       const ConversionRequest& request) {
  if (!request.measure_seconds) return annotated;
  try {
    return request.measure_seconds(video);
  } catch (const Error& error) {
    throw OddItemError("a length that cannot be measured",
                       concat(fields.place(), ": its length cannot be measured: ", error.what()));
  }
}

io::Json convert_item(const AnnotationFields& fields, int64_t index, const SeedFile& file,
                      const ConversionRequest& request) {
  const auto dataset = fields.text("dataset"), problem = fields.text("problem");
  const auto* solution = fields.find("solution");
  const bool is_grounding = solution != nullptr && solution->is_array() &&
                            fields.find("video_length") != nullptr &&
                            fields.find("video") != nullptr;
  if (!is_grounding)
    throw OddItemError(
        "no temporal grounding",
        concat(fields.place(), ": no video with a length and a solution [start, end]"));
  const auto span = fields.span("solution");
  const double annotated = fields.seconds("video_length");
  if (annotated <= 0) fields.fail("video_length", "seconds above 0");
  const auto video = fields.text("video"), path = in_folder(request.video_folder, video);
  const double length = measured_length(path, annotated, fields, request);
  char number[24];
  std::snprintf(number, sizeof number, "%06lld", static_cast<long long>(index));
  auto record = make_record({.bench = dataset,
                             .split = request.split,
                             .native_id = number,
                             .task = "tvg",
                             .video = path,
                             .question = sentence_of(problem),
                             .source = dataset});
  record["duration"] = length;
  if (request.measure_seconds) add_flag(record, "duration_measured");
  add_segments(record, {{span.start_seconds * length, span.end_seconds * length}}, fields.place(),
               fields.odd());
  record["train"] = {{"dataset", dataset},
                     {"video", video},
                     {"problem", problem},
                     {"solution", *solution},
                     {"video_length", *fields.find("video_length")}};
  if (!file.data_folder.empty()) record["native"] = {{"data_folder", file.data_folder}};
  return record;
}

}  // namespace

std::string seed_problem(const std::string& sentence) { return concat(kBefore, sentence, kAfter); }

void convert_seed_train(const ConversionRequest& request, Conversion& conversion) {
  const auto extension = request.annotations.extension();
  const auto files = extension == ".yaml" || extension == ".yml"
                         ? read_yaml(request.annotations, conversion)
                         : expand_braces(request.annotations);
  std::map<std::string, std::string> place_of_dataset;
  for (const auto& file : files) {
    std::vector<Item> items;
    for_each_item(file.path, kInput, conversion, [&](const AnnotationFields& fields) {
      // an odd one keeps its position, by which others are counted
      auto& item = items.emplace_back(fields.place());
      item.record = convert_item(fields, std::ssize(items) - 1, file, request);
    });
    const auto chosen = sampled_indices(file.strategy, std::ssize(items),
                                        file.path.filename().string(), file.place);
    if (chosen.empty())
      conversion.odd.repaired(
          "a strategy that takes nothing",
          concat(file.place, ": ", file.strategy, " takes none of ", items.size(), " items"));
    for (const int64_t index : chosen) {
      auto& [place, record] = items[static_cast<size_t>(index)];
      if (record.is_null()) continue;
      const auto [first, inserted] = place_of_dataset.emplace(record["bench"], file.place);
      if (first->second != file.place)
        throw DataError(concat(file.place, ": data set ", io::excerpt(record["bench"]),
                               " was read before at ", first->second, "; each needs its own name"));
      conversion.odd.item(
          [&, &place = place, &record = record] { conversion.add(std::move(record), place); });
    }
  }
}

}  // namespace vrlt::data
