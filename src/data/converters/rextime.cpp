#include "data/converters/rextime.h"

#include <cmath>
#include <cstdio>

#include "data/converters/annotation_files.h"
#include "data/converters/record_parts.h"
#include "data/json_fields.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

constexpr size_t kMaxOptions = 26;

/// ActivityNet or QVHighlights, by the prefix of the question's id: anet_val7, qvh_val241.
const char* source_of(const std::string& qid) { return qid.starts_with("qvh") ? "qvhighlights" : "activitynet"; }

/// Whether the times in "From <5> to <8>, x" are those of the span.
bool agrees(const std::string& answer, const Interval& span) {
  Interval said;
  if (std::sscanf(answer.c_str(), "From <%lf> to <%lf>", &said.start_seconds, &said.end_seconds) != 2) return true;
  constexpr double kRounding = 0.5;  // the text has whole seconds
  return std::abs(said.start_seconds - span.start_seconds) <= kRounding && std::abs(said.end_seconds - span.end_seconds) <= kRounding;
}

/// The grounded question of the Hugging Face files.
void add_choice(const JsonFields& fields, io::Json& record, Conversion& conversion) {
  const auto options = fields.texts("options", 2, kMaxOptions);
  const auto letter = fields.optional_text("ans"), answer = fields.optional_text("answer");
  io::Json index = nullptr;
  if (!letter.empty()) {
    index = letter_index(letter, options.size());
    if (index < 0) fields.fail("ans", concat("a letter from A to ", static_cast<char>('A' + options.size() - 1)));
  }
  add_options(record, options, index);
  if (!answer.empty()) record["answer_raw"] = answer;
  if (fields.find("span") == nullptr) return;
  const auto span = read_span(*fields.find("span"));
  if (!span) fields.fail("span", "[start, end] in seconds");
  add_segments(record, {*span}, fields.place(), conversion);
  if (!agrees(answer, *span))
    conversion.repaired.push_back(concat(fields.place(), ": the answer says ", io::excerpt(answer), ", the span won: ", python_list(*span)));
}

/// The file of the GitHub repository: windows and a letter, no options.
void add_windows(const JsonFields& fields, io::Json& record, Conversion& conversion) {
  const auto windows = fields.spans("relevant_windows");
  if (windows.empty()) fields.fail("relevant_windows", "at least one [start, end]");
  add_segments(record, windows, fields.place(), conversion);
  if (fields.find("ans") != nullptr) record["answer_raw"] = fields.text("ans");
}

io::Json convert_item(const JsonFields& fields, const ConversionRequest& request, Conversion& conversion) {
  const bool has_options = fields.find("options") != nullptr;
  const auto qid = fields.text("qid"), vid = fields.text("vid"), category = fields.optional_text("category"), origin = fields.optional_text("source");
  auto record = make_record({.bench = "rextime",
                             .split = request.split,
                             .native_id = qid,
                             .task = has_options ? "gqa" : "tvg",
                             .video = in_folder(request.video_folder, vid + ".mp4"),
                             .question = fields.text(has_options ? "question" : "query"),
                             .source = source_of(qid)});
  if (const auto duration = fields.optional_seconds("duration")) record["duration"] = *duration;
  if (has_options)
    add_choice(fields, record, conversion);
  else
    add_windows(fields, record, conversion);
  if (!category.empty()) record["groups"]["category"] = category;
  record["groups"]["origin"] = origin.empty() ? source_of(qid) : origin;
  record["native"] = {{"qid", qid}, {"vid", vid}};
  return record;
}

}  // namespace

Conversion convert_rextime(const ConversionRequest& request) {
  Conversion conversion;
  for_each_item(request.annotations, "rextime_val.json, rextime_train.json, rextime_test_release.json or rextime_val.jsonl", conversion,
                [&](const std::string& place, const io::Json& item) {
                  conversion.records.push_back(convert_item(JsonFields(item, place), request, conversion));
                });
  return conversion;
}

}  // namespace vrlt::data
