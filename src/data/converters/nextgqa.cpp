#include "data/converters/nextgqa.h"

#include <algorithm>

#include "data/converters/annotation_files.h"
#include "data/converters/csv.h"
#include "data/converters/record_parts.h"
#include "data/json_fields.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

/// The true spans of a question, or null.
const io::Json* find_spans(const io::Json& spans_of_video, const std::string& qid) {
  const auto location = spans_of_video.find("location");
  if (location == spans_of_video.end() || !location->is_object()) return nullptr;
  const auto found = location->find(qid);
  return found == location->end() ? nullptr : &*found;
}

std::string video_path(const io::Json& places, const std::string& vid, const std::string& origin) {
  const auto found = places.find(vid);
  if (found == places.end() || !found->is_string()) throw DataError(concat(origin, ": no folder for video ", vid));
  return found->get<std::string>() + ".mp4";
}

}  // namespace

Conversion convert_nextgqa(const ConversionRequest& request) {
  Conversion conversion;
  const auto& folder = request.annotations;
  const auto spans_file = folder / concat("gsub_", request.split, ".json"), places_file = folder / "map_vid_vidorID.json";
  const auto spans = read_annotation_json(spans_file, "the true spans of NExT-GQA (of datasets/nextgqa)", conversion);
  const auto places = read_annotation_json(places_file, "the folders of the videos (of datasets/nextgqa)", conversion);
  if (!spans.is_object() || !places.is_object())
    throw DataError(folder.string() + ": expected dictionaries by video in gsub_*.json and map_vid_vidorID.json");
  for_each_csv_row(folder / (request.split + ".csv"), "the questions of NExT-GQA (of datasets/nextgqa)", conversion, [&](const CsvRow& row) {
    const auto &vid = row.at("video_id"), &qid = row.at("qid"), &answer = row.at("answer");
    const auto video = spans.find(vid);
    const auto* location = video == spans.end() ? nullptr : find_spans(*video, qid);
    if (location == nullptr) {
      conversion.dropped.push_back(concat(row.place(), ": question ", vid, "_", qid, " has no spans in ", spans_file.filename().string()));
      return;
    }
    const std::vector<std::string> options = {row.at("a0"), row.at("a1"), row.at("a2"), row.at("a3"), row.at("a4")};
    const auto right = std::find(options.begin(), options.end(), answer);
    if (right == options.end()) {
      conversion.dropped.push_back(concat(row.place(), ": the answer ", io::excerpt(answer), " is none of a0 to a4"));
      return;
    }

    const JsonFields fields(*video, concat(spans_file.string(), ": ", vid));
    const io::Json by_question = {{"location", *location}};
    auto record = make_record({.bench = "nextgqa",
                               .split = request.split,
                               .native_id = vid + "_" + qid,
                               .task = "gqa",
                               .video = in_folder(request.video_folder, video_path(places, vid, places_file.string())),
                               .question = row.at("question"),
                               .source = "vidor"});
    record["duration"] = fields.seconds("duration");
    add_options(record, options, right - options.begin());
    add_segments(record, JsonFields(by_question, concat(fields.place(), ", qid ", qid)).spans("location"), row.place(), conversion);
    const auto type = row.at("type");
    record["groups"] = {{"type", type == "TP" ? "TN" : type}};  // as papers count them
    record["native"] = {{"vid", vid}, {"qid", qid}, {"type", type}};
    conversion.records.push_back(std::move(record));
  });
  return conversion;
}

}  // namespace vrlt::data
