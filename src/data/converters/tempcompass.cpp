#include "data/converters/tempcompass.h"

#include <algorithm>
#include <map>

#include "data/converters/annotation_files.h"
#include "data/converters/option_lines.h"
#include "data/converters/record_parts.h"
#include "data/json_fields.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

/// Where a question stands in the benchmark.
struct Address {
  std::string video, dim;
  int64_t index = 0;
};

/// One of the four tasks.
struct TaskFile {
  const char* name;  ///< Of the file.
  const char* task;
  /// Sets question, options and answer. @throws OddItemError for a question that cannot be used.
  void (*add_labels)(const AnnotationFields& fields, io::Json& record);
};

/// Options that stand in the lines after the first one.
struct OptionLines {
  std::string question;
  std::vector<std::string> lines, labels, texts;
};

std::optional<OptionLines> read_option_lines(
    const std::string& question, std::optional<LabelledOption> (*parse)(std::string_view)) {
  auto lines = split_lines(question);
  OptionLines result{.question = lines.front()};
  for (size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].find_first_not_of(" \t\r") == std::string::npos) continue;
    auto option = parse(lines[i]);
    if (!option) return {};
    result.lines.push_back(lines[i]);
    result.labels.push_back(std::move(option->label));
    result.texts.push_back(std::move(option->text));
  }
  if (result.texts.size() < 2) return {};
  return result;
}

void add_option_lines(const AnnotationFields& fields, io::Json& record,
                      std::optional<LabelledOption> (*parse)(std::string_view)) {
  const auto question = fields.text("question"), answer = fields.text("answer");
  const auto options = read_option_lines(question, parse);
  if (!options)
    throw OddItemError("no lines of options",
                       concat(fields.place(), ": no lines of options in ", io::excerpt(question)));
  // The whole line first: it is right even where two options have the same text. Then the label,
  // for lines with stray blanks.
  auto right =
      std::find(options->lines.begin(), options->lines.end(), answer) - options->lines.begin();
  if (const auto said = parse(answer); right == std::ssize(options->lines) && said)
    right = std::find(options->labels.begin(), options->labels.end(), said->label) -
            options->labels.begin();
  if (right == std::ssize(options->lines))
    right = index_of(answer, options->texts, fields).value_or(right);
  if (right == std::ssize(options->lines))
    throw OddItemError(
        "an answer that is no option",
        concat(fields.place(), ": the answer ", io::excerpt(answer), " is none of the options"));
  record["question"] = options->question;
  record["query_raw"] = question;
  add_options(record, options->texts, right);
  record["answer_raw"] = answer;
  record["native"]["labels"] = options->labels;
}

void add_choice(const AnnotationFields& fields, io::Json& record) {
  add_option_lines(fields, record, parse_lettered_option);
  const auto lines = split_lines(record["query_raw"].get<std::string>());
  for (size_t i = 0; i < record["options"].size(); ++i) {
    const auto& label = record["native"]["labels"][i].get_ref<const std::string&>();
    if (letter_index(label, i + 1) != static_cast<int64_t>(i))
      throw OddItemError("options out of order",
                         concat(fields.place(), ": option ", i, " is lettered ", label,
                                ", expected ", static_cast<char>('A' + i)));
  }
  for (const auto& line : lines)
    if (const auto option = parse_lettered_option(line);
        option && line != option->label + ". " + option->text)
      fields.odd().repaired("another spelling of an option",
                            concat(fields.place(), ": option line ", io::excerpt(line),
                                   " was read as ", io::excerpt(option->text)));
}

void add_caption_choice(const AnnotationFields& fields, io::Json& record) {
  add_option_lines(fields, record, parse_captioned_option);
}

void add_yes_no(const AnnotationFields& fields, io::Json& record) {
  const auto answer = fields.text("answer");
  const auto index = option_index(answer, {"no", "yes"});
  if (!index)
    throw OddItemError("neither yes nor no", concat(fields.place(), ": the answer ",
                                                    io::excerpt(answer), " is neither yes nor no"));
  const auto* said = *index == 1 ? "yes" : "no";
  if (answer != said)
    fields.odd().repaired(
        "another spelling of an answer",
        concat(fields.place(), ": the answer ", io::excerpt(answer), " was read as ", said));
  record["answer"] = said;
}

void add_caption(const AnnotationFields& fields, io::Json& record) {
  record["answer"] = fields.text("answer");
  for (const char* name : {"mc_question", "mc_answer"})
    if (const auto text = fields.optional_text(name); !text.empty()) record["native"][name] = text;
}

constexpr TaskFile kTasks[] = {
    {"multi-choice", "mcq", add_choice},
    {"yes_no", "yes_no", add_yes_no},
    {"caption_matching", "caption_match", add_caption_choice},
    {"captioning", "caption", add_caption},
};

/// The finer aspect of a video in a dimension, or empty.
std::string aspect_of(const io::Json& meta, const Address& at) {
  const io::Json* value = &meta;
  for (const std::string& key : {at.video, std::string("eval_dim"), at.dim}) {
    if (!value->is_object() || !value->contains(key)) return "";
    value = &value->at(key);
  }
  if (!value->is_object()) return "";
  const auto type = value->find("type");
  return type != value->end() && type->is_string()
             ? type->get<std::string>()
             : at.dim;  // the dimension "order" has one aspect
}

class TempCompassConverter {
 public:
  TempCompassConverter(const ConversionRequest& request, Conversion& conversion)
      : request_(request), conversion_(conversion) {}

  void convert() {
    const auto questions = request_.annotations / "questions",
               meta = request_.annotations / "meta_info.json";
    const bool as_rows = std::filesystem::exists(request_.annotations / "multi-choice.jsonl");
    if (!as_rows || std::filesystem::exists(meta))
      meta_ =
          read_annotation_json(meta, "meta_info.json of the TempCompass repository", conversion_);
    for (const auto& task : kTasks) {
      if (as_rows)
        convert_rows(task, request_.annotations / concat(task.name, ".jsonl"));
      else
        convert_videos(task, questions / concat(task.name, ".json"));
    }
  }

 private:
  void convert_videos(const TaskFile& task, const std::filesystem::path& file) {
    const auto videos = read_annotation_json(
        file, "one of the four files questions/<task>.json of the TempCompass repository",
        conversion_);
    if (!videos.is_object())
      throw DataError(
          concat(file.string(), ": expected a dictionary by video, found ", io::excerpt(videos)));
    for (const auto& [video, dims] : videos.items()) {
      const auto place = concat(file.string(), ": ", io::excerpt(video));
      conversion_.odd.item(
          [&, &video = video, &dims = dims] { convert_dims(task, video, dims, place); });
    }
  }

  void convert_dims(const TaskFile& task, const std::string& video, const io::Json& dims,
                    const std::string& place) {
    if (!dims.is_object())
      throw OddItemError(
          "no dictionary by dimension",
          concat(place, ": expected a dictionary by dimension, found ", io::excerpt(dims)));
    for (const auto& [dim, items] : dims.items())
      conversion_.odd.item([&, &dim = dim, &items = items] {
        if (!items.is_array())
          throw OddItemError("no list", concat(place, ": ", io::excerpt(dim), " is ",
                                               io::excerpt(items), ", expected a list"));
        for (size_t i = 0; i < items.size(); ++i)
          conversion_.odd.item([&] {
            add(task, {video, dim, static_cast<int64_t>(i)},
                AnnotationFields(items[i], concat(place, ", ", dim, " ", i), conversion_.odd));
          });
      });
  }

  void convert_rows(const TaskFile& task, const std::filesystem::path& file) {
    std::map<std::string, int64_t> rows_of;
    for_each_item(file, "rows of video_id, question, answer and dim as JSON Lines", conversion_,
                  [&](const AnnotationFields& fields) {
                    const auto video = fields.text("video_id"), dim = fields.text("dim");
                    add(task, {video, dim, rows_of[video + "/" + dim]++}, fields);
                  });
  }

  void add(const TaskFile& task, const Address& at, const AnnotationFields& fields) {
    auto record =
        make_record({.bench = "tempcompass",
                     .split = request_.split,
                     .native_id = concat(task.name, "/", at.video, "/", at.dim, "/", at.index),
                     .task = task.task,
                     .video = in_folder(request_.video_folder, at.video + ".mp4"),
                     .question = fields.text("question"),
                     .source = "tempcompass"});
    record["groups"] = {{"tc_task", task.name}, {"dim", at.dim}};
    if (const auto aspect = aspect_of(meta_, at); !aspect.empty())
      record["groups"]["aspect"] = aspect;
    record["native"] = {{"video_id", at.video}, {"index", at.index}};
    task.add_labels(fields, record);
    conversion_.add(std::move(record), fields.place());
  }

  const ConversionRequest& request_;
  io::Json meta_;
  Conversion& conversion_;
};

}  // namespace

void convert_tempcompass(const ConversionRequest& request, Conversion& conversion) {
  TempCompassConverter(request, conversion).convert();
}

}  // namespace vrlt::data
