#include "data/converters/nextgqa.h"

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
  if (found == places.end() || !found->is_string())
    throw OddItemError("a video without a folder", concat(origin, ": no folder for video ", vid));
  return found->get<std::string>() + ".mp4";
}

}  // namespace

void convert_nextgqa(const ConversionRequest& request, Conversion& conversion) {
  const auto& folder = request.annotations;
  const auto spans_file = folder / concat("gsub_", request.split, ".json"),
             places_file = folder / "map_vid_vidorID.json";
  const auto spans = read_annotation_json(
      spans_file, "the true spans of NExT-GQA (of datasets/nextgqa)", conversion);
  const auto places = read_annotation_json(
      places_file, "the folders of the videos (of datasets/nextgqa)", conversion);
  if (!spans.is_object() || !places.is_object())
    throw DataError(folder.string() +
                    ": expected dictionaries by video in gsub_*.json and map_vid_vidorID.json");
  for_each_csv_row(
      folder / (request.split + ".csv"), "the questions of NExT-GQA (of datasets/nextgqa)",
      conversion, [&](const CsvRow& row) {
        const auto &vid = row.at("video_id"), &qid = row.at("qid"), &answer = row.at("answer");
        const auto video = spans.find(vid);
        const auto* location = video == spans.end() ? nullptr : find_spans(*video, qid);
        if (location == nullptr) {
          conversion.odd.passed_over("a question without spans",
                                     concat(row.place(), ": question ", vid, "_", qid,
                                            " has no spans in ", spans_file.filename().string()));
          return;
        }
        const std::vector<std::string> options = {row.at("a0"), row.at("a1"), row.at("a2"),
                                                  row.at("a3"), row.at("a4")};
        const io::Json labels = {{"answer", answer}, {"location", *location}};
        const AnnotationFields fields(*video, concat(spans_file.string(), ": ", vid),
                                      conversion.odd);
        const AnnotationFields question(labels, concat(row.place(), " (", vid, "_", qid, ")"),
                                        conversion.odd);
        const auto right = index_of(answer, options, question);
        if (!right)
          throw OddItemError("an answer that is no option",
                             concat(question.place(), ": the answer ", io::excerpt(answer),
                                    " is none of a0 to a4"));
        auto record = make_record(
            {.bench = "nextgqa",
             .split = request.split,
             .native_id = vid + "_" + qid,
             .task = "gqa",
             .video = in_folder(
                 request.video_folder,
                 video_path(places, vid, concat(question.place(), ": ", places_file.string()))),
             .question = row.at("question"),
             .source = "vidor"});
        if (const auto duration = fields.duration("duration")) record["duration"] = *duration;
        add_options(record, options, *right);
        add_segments(record, question.spans("location"), question.place(), conversion.odd);
        const auto type = row.at("type");
        record["groups"] = {{"type", type == "TP" ? "TN" : type}};  // as papers count them
        record["native"] = {{"vid", vid}, {"qid", qid}, {"type", type}};
        conversion.add(std::move(record), question.place());
      });
}

}  // namespace vrlt::data
