#include "data/converters/rextime.h"

#include <cmath>
#include <cstdio>

#include "data/converters/annotation_files.h"
#include "data/converters/record_parts.h"
#include "data/json_fields.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

/// ActivityNet or QVHighlights, by the prefix of the question's id: anet_val7, qvh_val241.
const char* source_of(const std::string& qid) {
  return qid.starts_with("qvh") ? "qvhighlights" : "activitynet";
}

/// Whether the times in "From <5> to <8>, x" are those of the span.
bool agrees(const std::string& answer, const Interval& span) {
  Interval said;
  if (std::sscanf(answer.c_str(), "From <%lf> to <%lf>", &said.start_seconds, &said.end_seconds) !=
      2)
    return true;
  constexpr double kRounding = 0.5;  // the text has whole seconds
  return std::abs(said.start_seconds - span.start_seconds) <= kRounding &&
         std::abs(said.end_seconds - span.end_seconds) <= kRounding;
}

/// The grounded question of the Hugging Face files.
void add_choice(const AnnotationFields& fields, io::Json& record, Conversion& conversion) {
  const auto options = fields.options("options");
  const auto answer = fields.optional_text("answer");
  io::Json index = nullptr;
  if (!fields.optional_text("ans").empty()) index = fields.option("ans", options);
  add_options(record, options, index);
  if (!answer.empty()) record["answer_raw"] = answer;
  if (fields.find("span") == nullptr) return;
  const auto span = fields.span("span");
  add_segments(record, {span}, fields.place(), conversion.odd);
  if (!agrees(answer, span))
    conversion.odd.repaired("an answer that says another span",
                            concat(fields.place(), ": the answer says ", io::excerpt(answer),
                                   ", the span won: ", python_list(span)));
}

/// The file of the GitHub repository: windows and a letter, no options.
void add_windows(const AnnotationFields& fields, io::Json& record, Conversion& conversion) {
  add_segments(record, fields.spans("relevant_windows"), fields.place(), conversion.odd);
  if (fields.find("ans") != nullptr) record["answer_raw"] = fields.text("ans");
}

void add_item(const AnnotationFields& fields, const ConversionRequest& request,
              Conversion& conversion) {
  const bool has_options = fields.find("options") != nullptr;
  const auto qid = fields.text("qid"), vid = fields.text("vid"),
             category = fields.optional_text("category"), origin = fields.optional_text("source");
  // Rows of QVHighlights itself have the same keys, and numbers.
  if (!qid.starts_with("anet") && !qid.starts_with("qvh"))
    fields.fail("qid", "the name of a question of ReXTime, such as anet_val7 or qvh_val241");
  auto record = make_record({.bench = "rextime",
                             .split = request.split,
                             .native_id = qid,
                             .task = has_options ? "gqa" : "tvg",
                             .video = in_folder(request.video_folder, vid + ".mp4"),
                             .question = fields.text(has_options ? "question" : "query"),
                             .source = source_of(qid)});
  if (const auto duration = fields.duration("duration")) record["duration"] = *duration;
  if (has_options)
    add_choice(fields, record, conversion);
  else
    add_windows(fields, record, conversion);
  if (!category.empty()) record["groups"]["category"] = category;
  record["groups"]["origin"] = origin.empty() ? source_of(qid) : origin;
  record["native"] = {{"qid", qid}, {"vid", vid}};
  conversion.add(std::move(record), fields.place());
}

}  // namespace

void convert_rextime(const ConversionRequest& request, Conversion& conversion) {
  for_each_item(
      request.annotations,
      "rextime_val.json, rextime_train.json, rextime_test_release.json or rextime_val.jsonl",
      conversion, [&](const AnnotationFields& fields) { add_item(fields, request, conversion); });
}

}  // namespace vrlt::data
