#include "data/converters/video_r1.h"

#include "data/converters/annotation_files.h"
#include "data/converters/option_lines.h"
#include "data/converters/record_parts.h"
#include "data/json_fields.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

constexpr size_t kMaxOptions = 26;

/// The texts of options with letters in order.
std::vector<std::string> read_options(const JsonFields& fields, std::optional<LabelledOption> (*parse)(std::string_view), const char* expected) {
  auto options = fields.texts("options", 2, kMaxOptions);
  for (size_t i = 0; i < options.size(); ++i) {
    const auto option = parse(options[i]);
    if (!option || letter_index(option->label, i + 1) != static_cast<int64_t>(i)) fields.fail("options", expected);
    options[i] = option->text;
  }
  return options;
}

/// What stands between <answer> and </answer>.
std::string tagged_answer(const std::string& solution) {
  constexpr std::string_view kOpen = "<answer>", kClose = "</answer>";
  const auto open = solution.find(kOpen), close = solution.find(kClose);
  if (open == std::string::npos || close == std::string::npos || close < open) return "";
  return solution.substr(open + kOpen.size(), close - open - kOpen.size());
}

std::string without_dot_slash(const std::string& path) { return path.starts_with("./") ? path.substr(2) : path; }

void add_video_r1(const JsonFields& fields, int64_t index, const ConversionRequest& request, Conversion& conversion) {
  const auto type = fields.text("problem_type"), media = fields.text("data_type");
  if (type != "multiple choice" || (media != "video" && media != "image")) {
    conversion.dropped.push_back(concat(fields.place(), ": ", type, " about ", media));
    return;
  }
  const auto* number = fields.find("problem_id");
  const auto path = in_folder(request.video_folder, without_dot_slash(fields.text("path")));
  auto record = make_record({.bench = "video_r1",
                             .split = request.split,
                             .native_id = number != nullptr && number->is_number_integer() ? number->dump() : std::to_string(index),
                             .task = "mcq",
                             .video = path,
                             .question = fields.text("problem"),
                             .source = "video_r1"});
  if (media == "image") {
    record["video"] = nullptr;
    record["images"] = io::Json::array({path});
  }
  const auto options = read_options(fields, parse_dotted_option, "texts \"A. ...\", \"B. ...\", ... in order");
  const auto answer = tagged_answer(fields.text("solution"));
  const auto right = letter_index(answer, options.size());
  if (right < 0) {
    conversion.dropped.push_back(concat(fields.place(), ": the answer ", io::excerpt(answer), " is none of the options"));
    return;
  }
  add_options(record, options, right);
  if (const auto source = fields.optional_text("data_source"); !source.empty()) record["groups"]["data_source"] = source;
  conversion.records.push_back(std::move(record));
}

io::Json convert_grounded(const JsonFields& fields, const ConversionRequest& request, Conversion& conversion) {
  const auto id = fields.text("id"), video = fields.text("video"), answer = fields.text("answer");
  const bool has_ending = std::filesystem::path(video).has_extension();
  auto record = make_record({.bench = "nextgqa",
                             .split = request.split,
                             .native_id = id,
                             .task = "gqa",
                             .video = in_folder(request.video_folder, has_ending ? video : video + ".mp4"),
                             .question = fields.text("question"),
                             .source = "vidor"});
  record["duration"] = fields.seconds("duration");
  const auto options = read_options(fields, parse_bracketed_option, "texts \"(A) ...\", \"(B) ...\", ... in order");
  const auto right = letter_index(answer.size() == 3 && answer[0] == '(' && answer[2] == ')' ? answer.substr(1, 1) : "", options.size());
  if (right < 0) fields.fail("answer", "a letter of the options in brackets, such as \"(A)\"");
  add_options(record, options, right);
  add_segments(record, fields.spans("glue"), fields.place(), conversion);
  if (const auto type = fields.optional_text("type"); !type.empty()) record["groups"]["type"] = type;
  const auto underscore = id.find('_');
  record["native"] = {{"vid", id.substr(0, underscore)}, {"qid", underscore == std::string::npos ? "" : id.substr(underscore + 1)}};
  return record;
}

}  // namespace

Conversion convert_video_r1(const ConversionRequest& request) {
  Conversion conversion;
  int64_t index = 0;
  for_each_item(request.annotations, "a JSON list of Video-R1, such as Video-R1-260k.json", conversion,
                [&](const std::string& place, const io::Json& item) { add_video_r1(JsonFields(item, place), index++, request, conversion); });
  return conversion;
}

Conversion convert_nextgqa_videochat(const ConversionRequest& request) {
  Conversion conversion;
  for_each_item(request.annotations, "VideoChat-R1's JSON list of NExT-GQA", conversion, [&](const std::string& place, const io::Json& item) {
    conversion.records.push_back(convert_grounded(JsonFields(item, place), request, conversion));
  });
  return conversion;
}

}  // namespace vrlt::data
