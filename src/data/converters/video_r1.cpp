#include "data/converters/video_r1.h"

#include <algorithm>

#include "data/converters/annotation_files.h"
#include "data/converters/option_lines.h"
#include "data/converters/record_parts.h"
#include "data/json_fields.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

/// What stands between <answer> and </answer>; a solution without the tags as a whole.
std::string tagged_answer(const AnnotationFields& fields) {
  constexpr std::string_view kOpen = "<answer>", kClose = "</answer>";
  const auto solution = fields.text("solution");
  const auto open = solution.find(kOpen), close = solution.find(kClose);
  if (open == std::string::npos && close == std::string::npos) {
    fields.odd().repaired(
        "a solution without tags",
        concat(fields.place(), ": the solution ", io::excerpt(solution), " has no <answer> tags"));
    return solution;
  }
  const bool is_whole =
      open != std::string::npos && close != std::string::npos && close >= open + kOpen.size();
  if (!is_whole) fields.fail("solution", "<answer>...</answer>");
  auto answer = solution.substr(open + kOpen.size(), close - open - kOpen.size());
  if (without_blanks(answer).empty()) fields.fail("solution", "an answer between the tags");
  return answer;
}

std::string without_dot_slash(const std::string& path) {
  return path.starts_with("./") ? path.substr(2) : path;
}

/// Sets what the answer to a choice is.
void add_choice(const AnnotationFields& fields, io::Json& record) {
  const auto options = fields.options("options");
  const auto answer = tagged_answer(fields);
  const io::Json labels = {{"solution", answer}};
  const AnnotationFields said(labels, fields.place(), fields.odd());
  add_options(record, options, said.option("solution", options));
}

/// Sets the text that an open question is answered with, and what kind of text: by that its reward
/// is chosen.
void add_text(const AnnotationFields& fields, const std::string& type, io::Json& record) {
  const auto answer = std::string(without_blanks(tagged_answer(fields)));
  const bool is_number = type == "numerical" || type == "regression";
  if (is_number && answer.find_first_of("0123456789") > answer.find_first_not_of("+-.$"))
    fields.fail("solution", "a number between the tags");
  record["task"] = "open";
  record["answer"] = answer;
  record["problem_type"] = type;
}

/// The thinking of the part with written reasons, without its tags.
void add_thinking(const AnnotationFields& fields, io::Json& record) {
  auto process = fields.optional_text("process");
  for (const std::string_view tag : {"<think>", "</think>"})
    if (const auto at = process.find(tag); at != std::string::npos) process.erase(at, tag.size());
  if (without_blanks(process).empty()) return;
  if (process.find("think>") != std::string::npos)
    fields.odd().repaired(
        "a thinking left out",
        fields.place() + ": \"process\" holds several blocks of thinking; left out");
  else
    record["thinking"] = std::string(without_blanks(process));
}

constexpr const char* kOpenTypes[] = {"numerical", "regression", "OCR", "free-form"};

void add_video_r1(const AnnotationFields& fields, int64_t index, const ConversionRequest& request,
                  Conversion& conversion) {
  const auto type = fields.text("problem_type"), media = fields.text("data_type");
  if (media != "video" && media != "image") fields.fail("data_type", "video or image");
  const auto* number = fields.find("problem_id");
  const auto path = in_folder(request.video_folder, without_dot_slash(fields.text("path")));
  auto record = make_record({.bench = "video_r1",
                             .split = request.split,
                             .native_id = number != nullptr && number->is_number_integer()
                                              ? number->dump()
                                              : std::to_string(index),
                             .task = "mcq",
                             .video = path,
                             .question = fields.text("problem"),
                             .source = "video_r1"});
  if (media == "image") {
    record["video"] = nullptr;
    record["images"] = io::Json::array({path});
  }
  if (type == "multiple choice")
    add_choice(fields, record);
  else if (std::find(std::begin(kOpenTypes), std::end(kOpenTypes), type) != std::end(kOpenTypes))
    add_text(fields, type, record);
  else
    fields.fail("problem_type", "multiple choice, numerical, regression, OCR or free-form");
  add_thinking(fields, record);
  if (const auto source = fields.optional_text("data_source"); !source.empty())
    record["groups"]["data_source"] = source;
  conversion.add(std::move(record), fields.place());
}

void add_grounded(const AnnotationFields& fields, const ConversionRequest& request,
                  Conversion& conversion) {
  const auto id = fields.text("id"), video = fields.text("video");
  const bool has_ending = std::filesystem::path(video).has_extension();
  auto record =
      make_record({.bench = "nextgqa",
                   .split = request.split,
                   .native_id = id,
                   .task = "gqa",
                   .video = in_folder(request.video_folder, has_ending ? video : video + ".mp4"),
                   .question = fields.text("question"),
                   .source = "vidor"});
  if (const auto duration = fields.duration("duration")) record["duration"] = *duration;
  const auto options = fields.options("options");
  const auto right = option_index(fields.text("answer"), options);  // "(C)" is its usual spelling
  if (!right) fields.fail("answer", "a letter of the options in brackets, such as \"(A)\"");
  add_options(record, options, *right);
  add_segments(record, fields.spans("glue"), fields.place(), fields.odd());
  if (const auto type = fields.optional_text("type"); !type.empty())
    record["groups"]["type"] = type;
  const auto underscore = id.find('_');
  record["native"] = {{"vid", id.substr(0, underscore)},
                      {"qid", underscore == std::string::npos ? "" : id.substr(underscore + 1)}};
  conversion.add(std::move(record), fields.place());
}

}  // namespace

void convert_video_r1(const ConversionRequest& request, Conversion& conversion) {
  int64_t index = 0;
  for_each_item(
      request.annotations, "a JSON list of Video-R1, such as Video-R1-260k.json", conversion,
      [&](const AnnotationFields& fields) { add_video_r1(fields, index++, request, conversion); });
}

void convert_nextgqa_videochat(const ConversionRequest& request, Conversion& conversion) {
  for_each_item(request.annotations, "VideoChat-R1's JSON list of NExT-GQA", conversion,
                [&](const AnnotationFields& fields) { add_grounded(fields, request, conversion); });
}

}  // namespace vrlt::data
