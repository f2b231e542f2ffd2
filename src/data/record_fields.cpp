#include "vrlt/data/record_fields.h"

#include <unordered_set>
#include <vector>

#include "data/json_fields.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

constexpr RecordField kFields[] = {
    // what parse_sample reads
    {"schema", "\"vs/1\"", "required"},
    {"id", "text", "required; no two records of a run have the same"},
    {"task", "text", "required; one of the tasks below"},
    {"question", "text", "required; the bare question or sentence, without options"},
    {"video", "path", "below the data root; this or `images`, or null: there is nothing to see"},
    {"images", "[path, ...]", "pictures (JPEG, PNG, WebP, BMP), shown before the video"},
    {"options", "[text, ...]", "2 to 26, without letters"},
    {"answer", "number or text",
     "the index of the right option from 0; else a text, yes or no; null: not known"},
    {"segments", "[[start, end], ...]", "the true spans, in seconds of the video file"},
    {"clip_start", "seconds", "the part of the video that is shown begins here; 0"},
    {"clip_end", "seconds", "and ends here; null: at its end"},
    {"duration", "seconds", "of the video as annotated; `vrlt-data check --fill` writes it"},
    {"problem_type", "text",
     "of `open`: numerical, regression, OCR or free-form, by which rewards are chosen"},
    {"thinking", "text", "what supervised training learns before the answer"},
    {"response", "text",
     "the whole text that supervised training learns, in place of what the labels make"},
    {"prompt", "text", "a prompt of the table, in place of the run's"},
    {"subtitles", "path", "an .srt file, for prompts that show them"},
    {"video_kind", "text", "file or frames; file"},
    {"frames", "object", "of frames: {\"pattern\": \"%05d.jpg\", \"first\": 1, \"fps\": 3.0}"},
    {"bench", "text", "the benchmark or data set, for scores by set"},
    {"split", "text", "train, test, ..."},
    {"source", "text", "which archive or folder the video comes from"},
    {"groups", "object", "names and values, for scores by group"},
    {"cluster", "text", "what errors are clustered by; the video"},
    {"query_raw", "text", "the question as annotated, where it was cleaned"},
    {"flags", "[text, ...]", "what a converter noted: gt_inverted_fixed, dup_options, ..."},
    // what prompts, rewards, supervised targets and exporters read in the record itself
    {"answer_raw", "text", "the answer as annotated, for the wording of labels"},
    {"absolute_tolerance", "number", "of the reward `numeric`"},
    {"relative_tolerance", "number", "of the reward `numeric`"},
    {"native", "object", "what exporters write back for the scripts of the benchmark"},
    {"train", "object", "the item of Temporal-R1 that it was, for `vrlt-data export seed_train`"},
    // what completions for vrlt-score add
    {"completion", "text", "of `vrlt-score`: what a model said"},
    {"num_tokens", "number", "of `vrlt-score`: how many tokens that was"},
    {"truncated", "true or false", "of `vrlt-score`: whether it was cut off"},
    {"control", "true or false", "of `vrlt-score`: whether it is only there to compare with"},
    {"expected", "number or object", "of `vrlt-score`: what it, or each reward, should give"}};

constexpr TaskFields kTaskFields[] = {
    {"mcq", "multiple choice", "`options`, `answer` (index)"},
    {"tvg", "temporal grounding: when does the question's sentence happen", "`video`, `segments`"},
    {"gqa", "multiple choice and the span that shows it",
     "`video`, `options`, `answer` (index), `segments`"},
    {"yes_no", "yes or no", "`answer` (yes, no)"},
    {"caption_match", "which of the sentences fits the video", "`options`, `answer` (index)"},
    {"caption", "a caption", "`answer` (text)"},
    {"rtl", "a span found by reasoning", "`video`, `segments`"},
    {"open", "a question with a free answer", "`answer` (text), `problem_type` for its reward"}};

std::vector<const char*> names_of_fields() {
  std::vector<const char*> names;
  for (const auto& field : kFields) names.push_back(field.name);
  return names;
}

}  // namespace

std::span<const RecordField> record_field_table() { return kFields; }
std::span<const TaskFields> task_table() { return kTaskFields; }

std::span<const char* const> record_fields() {
  static const auto names = names_of_fields();
  return names;
}

bool is_record_field(std::string_view name) {
  static const std::unordered_set<std::string_view> names(record_fields().begin(),
                                                          record_fields().end());
  return names.contains(name);
}

std::string meant_field(const std::string& name, const io::Json& record) {
  std::vector<std::string> missing;
  for (const std::string_view field : record_fields()) {
    if (field == name) return {};
    if (!record.contains(field)) missing.emplace_back(field);
  }
  return meant_name(name, missing);
}

std::string record_reference() {
  std::string text = "| field | holds | meaning |\n|---|---|---|\n";
  for (const auto& field : kFields)
    text += concat("| `", field.name, "` | ", field.type, " | ", field.help, " |\n");
  text += "\n| task | asks for | needs |\n|---|---|---|\n";
  for (const auto& task : kTaskFields)
    text += concat("| `", task.name, "` | ", task.help, " | ", task.needs, " |\n");
  return text;
}

}  // namespace vrlt::data
