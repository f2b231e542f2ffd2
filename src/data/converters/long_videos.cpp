#include "data/converters/long_videos.h"

#include <algorithm>

#include "data/converters/annotation_files.h"
#include "data/converters/option_lines.h"
#include "data/converters/record_parts.h"
#include "data/json_fields.h"
#include "vrlt/core/error.h"
#include "vrlt/io/folders.h"
#include "vrlt/io/json.h"

namespace vrlt::data {
namespace {

namespace fs = std::filesystem;

std::string folder_or(const ConversionRequest& request, const char* usual) {
  return request.video_folder.empty() ? usual : request.video_folder;
}

void add_lvbench_question(const std::string& video, const AnnotationFields& fields,
                          const ConversionRequest& request, Conversion& conversion) {
  const auto uid = fields.text("uid");
  const auto asked = split_lettered(fields.text("question"));
  if (asked.options.empty())
    fields.fail("question", "lettered options behind the question, (A), (B), ...");
  auto record = make_record({.bench = "lvbench",
                             .split = request.split,
                             .native_id = uid,
                             .task = "mcq",
                             .video = in_folder(folder_or(request, "videos"), video + ".mp4"),
                             .question = asked.question,
                             .source = "lvbench"});
  add_options(record, asked.options, fields.option("answer", asked.options));
  for (const auto& category : fields.texts("question_type", 1, 16))
    record["groups"][category] = "yes";
  record["native"] = {{"uid", uid}, {"key", video}};
  conversion.add(std::move(record), fields.place());
}

void add_lvbench_video(const AnnotationFields& fields, const ConversionRequest& request,
                       Conversion& conversion) {
  const auto video = fields.text("key");
  const auto& questions = fields.require("qa", "a list of questions");
  if (!questions.is_array()) fields.fail("qa", "a list of questions");
  for (size_t i = 0; i < questions.size(); ++i)
    conversion.odd.item([&] {
      add_lvbench_question(
          video, AnnotationFields(questions[i], concat(fields.place(), ", qa ", i), conversion.odd),
          request, conversion);
    });
}

/// "candidates", or option0, option1, ... up to the first "N/A".
std::vector<std::string> longvideobench_options(const AnnotationFields& fields) {
  constexpr int kMostOptions = 5;
  if (fields.find("candidates") != nullptr) return fields.texts("candidates", 2, kMostOptions);
  std::vector<std::string> options;
  for (int i = 0; i < kMostOptions; ++i) {
    const auto name = concat("option", i);
    const auto text = fields.optional_text(name.c_str());
    if (text.empty() || text == "N/A") break;
    options.push_back(text);
  }
  if (options.size() < 2) fields.fail("candidates", "2 to 5 texts, or option0, option1, ...");
  return options;
}

void add_longvideobench(const AnnotationFields& fields, const ConversionRequest& request,
                        Conversion& conversion) {
  const auto id = fields.text("id");
  const auto options = longvideobench_options(fields);
  // The test split hides it: it is missing, or -1 there.
  const auto* correct = fields.find("correct_choice");
  const bool hidden = correct == nullptr || *correct == -1;
  if (!hidden && (!correct->is_number_integer() || correct->get<int64_t>() < 0 ||
                  correct->get<int64_t>() >= std::ssize(options)))
    fields.fail("correct_choice", concat("an index below ", options.size()));
  auto record =
      make_record({.bench = "longvideobench",
                   .split = request.split,
                   .native_id = id,
                   .task = "mcq",
                   .video = in_folder(folder_or(request, "videos"), fields.text("video_path")),
                   .question = fields.text("question"),
                   .source = "longvideobench"});
  add_options(record, options, hidden ? io::Json(nullptr) : *correct);
  if (const auto duration = fields.duration("duration")) record["duration"] = *duration;
  for (const char* group : {"duration_group", "question_category", "topic_category"}) {
    const auto* value = fields.find(group);
    if (value == nullptr) continue;
    record["groups"][group] = value->is_string() ? value->get<std::string>() : value->dump();
  }
  record["native"] = {{"id", id}};
  conversion.add(std::move(record), fields.place());
}

constexpr const char* kMlvuInput = "the folder json of MLVU, with <number>_<task>.json";

/// A discipline, and the subjects of which its archive holds the videos. Source: lmms-eval,
/// videommmu/utils.py, get_cache_dir.
struct Discipline {
  const char* folder;
  const char* subjects;  ///< Between blanks.
};
constexpr Discipline kDisciplines[] = {
    {"Art", " Art Art_Theory Design Music "},
    {"Science", " Biology Chemistry Geography Math Physics "},
    {"Humanities", " History Literature Sociology Psychology "},
    {"Engineering",
     " Agriculture Architecture_and_Engineering Computer_Science Electronics Energy_and_Power "
     "Materials Mechanical_Engineering "},
    {"Medicine",
     " Basic_Medical_Science Clinical_Medicine Diagnostics_and_Laboratory_Medicine Pharmacy "
     "Public_Health "},
    {"Business", " Accounting Economics Finance Manage Marketing "}};

/// "Art_Theory" of "validation_Art_Theory_12".
std::string subject_of(const std::string& id) {
  const auto first = id.find('_'), last = id.rfind('_');
  return first == std::string::npos || first == last ? std::string()
                                                     : id.substr(first + 1, last - first - 1);
}

void add_videommmu(const AnnotationFields& fields, const ConversionRequest& request,
                   Conversion& conversion) {
  const auto id = fields.text("id"), subject = subject_of(id);
  const auto discipline = std::find_if(
      std::begin(kDisciplines), std::end(kDisciplines), [&](const Discipline& candidate) {
        return std::string(candidate.subjects).find(" " + subject + " ") != std::string::npos;
      });
  if (subject.empty() || discipline == std::end(kDisciplines))
    fields.fail("id", "SPLIT_SUBJECT_NUMBER with a subject of VideoMMMU");
  if (fields.text("question_type") != "multiple-choice")
    throw OddItemError("an open question",
                       concat(fields.place(), ": ", io::excerpt(id), " is open-ended"));
  const auto options = fields.options("options");
  auto record = make_record(
      {.bench = "videommmu_mc",
       .split = request.split,
       .native_id = id,
       .task = "mcq",
       .video = in_folder(in_folder(request.video_folder, discipline->folder), id + ".mp4"),
       .question = fields.text("question"),
       .source = "videommmu"});
  add_options(record, options, fields.option("answer", options));
  record["groups"] = {
      {"track", request.split}, {"discipline", discipline->folder}, {"subject", subject}};
  record["native"] = {{"id", id}};
  conversion.add(std::move(record), fields.place());
}

/// Paths of the files of a folder, by name; or the file alone.
std::vector<fs::path> mlvu_files(const fs::path& source) {
  if (!io::is_folder(source)) return {source};
  auto files = io::list_folder(source);
  std::erase_if(files, [](const fs::path& file) { return file.extension() != ".json"; });
  if (files.empty())
    throw MissingInputError(
        concat(source.string(), ": holds no .json file; expected ", kMlvuInput));
  return files;
}

void add_mlvu(const std::string& stem, int64_t number, const AnnotationFields& fields,
              const ConversionRequest& request, Conversion& conversion) {
  const auto video = fields.text("video"), task = fields.text("question_type");
  if (fields.find("candidates") == nullptr)
    throw OddItemError("an open question", concat(fields.place(), ": a question of ", task,
                                                  " has no candidates, and is for a judge"));
  const auto options = fields.texts("candidates", 2, 26);
  auto record =
      make_record({.bench = "mlvu",
                   .split = request.split,
                   .native_id = concat(task, "/", number),
                   .task = "mcq",
                   .video = in_folder(folder_or(request, "video"), in_folder(stem, video)),
                   .question = fields.text("question"),
                   .source = "mlvu"});
  const auto index = index_of(fields.text("answer"), options, fields);
  if (!index) fields.fail("answer", "one of the candidates");
  add_options(record, options, *index);
  if (const auto duration = fields.duration("duration")) record["duration"] = *duration;
  record["groups"]["question_type"] = task;
  record["native"] = {{"video", video}, {"question_type", task}};
  conversion.add(std::move(record), fields.place());
}

}  // namespace

void convert_lvbench(const ConversionRequest& request, Conversion& conversion) {
  for_each_item(
      request.annotations, "video_info.meta.jsonl of LVBench", conversion,
      [&](const AnnotationFields& fields) { add_lvbench_video(fields, request, conversion); });
}

void convert_longvideobench(const ConversionRequest& request, Conversion& conversion) {
  for_each_item(
      request.annotations, "lvb_val.json of LongVideoBench, or the rows of its Parquet file",
      conversion,
      [&](const AnnotationFields& fields) { add_longvideobench(fields, request, conversion); });
}

void convert_videommmu(const ConversionRequest& request, Conversion& conversion) {
  for_each_item(
      request.annotations, "a track of VideoMMMU as Parquet, or its rows as JSON Lines", conversion,
      [&](const AnnotationFields& fields) { add_videommmu(fields, request, conversion); });
}

void convert_mlvu(const ConversionRequest& request, Conversion& conversion) {
  for (const auto& file : mlvu_files(request.annotations)) {
    int64_t number = 0;
    for_each_item(file, kMlvuInput, conversion, [&](const AnnotationFields& fields) {
      add_mlvu(file.stem().string(), number++, fields, request, conversion);
    });
  }
}

}  // namespace vrlt::data
