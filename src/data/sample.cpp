#include "vrlt/data/sample.h"

#include <algorithm>

#include "data/json_fields.h"
#include "data/media_path.h"
#include "vrlt/core/error.h"
#include "vrlt/core/named_table.h"
#include "vrlt/data/prompt.h"
#include "vrlt/data/record_fields.h"

namespace vrlt::data {
namespace {

constexpr std::pair<const char*, Task> kTasks[] = {{"mcq", Task::kMultipleChoice},
                                                   {"tvg", Task::kTemporalGrounding},
                                                   {"gqa", Task::kGroundedQa},
                                                   {"yes_no", Task::kYesNo},
                                                   {"caption_match", Task::kCaptionMatch},
                                                   {"caption", Task::kCaption},
                                                   {"rtl", Task::kReasoningLocalization},
                                                   {"open", Task::kOpen}};

constexpr std::pair<const char*, ProblemType> kProblemTypes[] = {
    {"numerical", ProblemType::kNumerical},
    {"regression", ProblemType::kRegression},
    {"OCR", ProblemType::kOcr},
    {"free-form", ProblemType::kFreeForm},
    {"multiple choice", ProblemType::kMultipleChoice}};

constexpr size_t kMaxOptions = 26, kMaxImages = 256, kMaxFlags = 64;
constexpr double kMaxFps = 1000.0;
constexpr int64_t kMaxFirstFrame = 1'000'000'000;

std::optional<FrameFolder> read_frames(const JsonFields& reader) {
  const auto kind = reader.optional_text("video_kind");
  if (!kind.empty() && kind != "file" && kind != "frames")
    reader.fail("video_kind", "file or frames");
  const auto* value = reader.find("frames");
  if (kind != "frames") {
    if (value != nullptr) reader.fail("frames", "null unless \"video_kind\" is \"frames\"");
    return {};
  }
  if (value == nullptr || !value->is_object())
    reader.fail("frames", R"(an object such as {"pattern": "%05d.jpg", "first": 1, "fps": 3.0})");
  const JsonFields fields(*value, reader.place() + ": frames");
  FrameFolder frames{.pattern = fields.text("pattern"), .first = 0, .fps = fields.seconds("fps")};
  if (!is_frame_pattern(frames.pattern)) fields.fail("pattern", "a file name with one %d or %0Nd");
  if (frames.fps <= 0 || frames.fps > kMaxFps) fields.fail("fps", "more than 0, at most 1000");
  const auto& first = fields.require("first", "0 or 1");
  if (!first.is_number_integer() || first.get<int64_t>() < 0 ||
      first.get<int64_t>() > kMaxFirstFrame)
    fields.fail("first", "a whole number of at least 0");
  frames.first = first.get<int64_t>();
  return frames;
}

std::vector<Interval> read_segments(const JsonFields& reader) {
  if (reader.find("segments") == nullptr) return {};
  auto segments = reader.spans("segments");
  for (const auto& span : segments)
    if (span.length() < 0) reader.fail("segments", "spans with start <= end");
  return segments;
}

std::map<std::string, std::string> read_groups(const JsonFields& reader) {
  std::map<std::string, std::string> result;
  const auto* value = reader.find("groups");
  if (value == nullptr) return result;
  if (!value->is_object()) reader.fail("groups", "an object of names and values, or null");
  for (const auto& [key, item] : value->items())
    result[key] = item.is_string() ? item.get<std::string>() : item.dump();
  return result;
}

bool asks_choice(Task task) {
  return task == Task::kMultipleChoice || task == Task::kGroundedQa || task == Task::kCaptionMatch;
}

/// What a choice expects in place of a text: the index, where the text is a letter or an option.
std::string expected_index(const std::string& answer, const std::vector<std::string>& options) {
  int64_t index = std::find(options.begin(), options.end(), answer) - options.begin();
  if (index == std::ssize(options) && answer.size() == 1) index = answer[0] - 'A';
  const bool is_known = index >= 0 && index < std::ssize(options);
  return concat("the 0-based index of an option for this task",
                is_known ? concat(" (", index, ")") : "", ", or null");
}

void read_answer(const JsonFields& reader, Sample& sample) {
  const auto* answer = reader.find("answer");
  if (answer == nullptr) return;
  const auto task = to_string(sample.task);
  if (answer->is_string()) {
    sample.answer_text = answer->get<std::string>();
    if (sample.task == Task::kMultipleChoice || sample.task == Task::kGroundedQa)
      reader.fail("answer", expected_index(*sample.answer_text, sample.options));
  } else if (asks_choice(sample.task)) {
    const auto last = std::ssize(sample.options) - 1;
    if (!answer->is_number_integer() || answer->get<double>() < 0 ||
        answer->get<double>() > static_cast<double>(last))
      reader.fail("answer", concat("the 0-based index of an option for this task (0 to ", last,
                                   "), or null"));
    sample.answer_option = answer->get<int64_t>();
  } else if (answer->is_primitive()) {
    reader.fail("answer", concat("text for task ", task, " (", io::Json(answer->dump()).dump(),
                                 "), or null"));
  } else {
    reader.fail("answer", concat("text for task ", task, ", or null"));
  }
}

void check_answer(const Sample& sample, const JsonFields& reader) {
  if (sample.task == Task::kYesNo && sample.answer_text && sample.answer_text != "yes" &&
      sample.answer_text != "no")
    reader.fail("answer", "yes, no, or null for this task");
  const bool grounding =
      sample.task == Task::kTemporalGrounding || sample.task == Task::kReasoningLocalization;
  if (grounding && sample.segments.empty())
    reader.fail("segments", "at least one span for this task");
  if ((grounding || sample.task == Task::kGroundedQa) && sample.video.empty())
    reader.fail("video", "a path for this task");
}

/// A path below the data root, or nothing: then the message says what to write.
void check_path(const JsonFields& reader, const char* field, const std::string& path) {
  if (is_below_root(path)) return;
  std::string expected = "a path below the data root, without \"..\"";
  if (path.find("://") != std::string::npos)
    expected += "; nothing is downloaded here: fetch the file first";
  else if (path.starts_with('/'))
    expected += "; give its folder as the root (data.root or --data-root) and write the rest here";
  throw DataError(
      concat(reader.place(), ": \"", field, "\" is ", io::excerpt(path), ", expected ", expected));
}

void read_media(const JsonFields& reader, Sample& sample) {
  if (reader.find("images") != nullptr) sample.images = reader.texts("images", 0, kMaxImages);
  for (const auto& image : sample.images) {
    if (image.empty()) reader.fail("images", "paths that are not empty");
    check_path(reader, "images", image);
  }
  // That there is nothing to see must be said: a misspelt key is more common.
  const bool says_none = reader.object().contains("video") && reader.object()["video"].is_null();
  const bool needs_video = sample.images.empty() && !says_none;
  if (needs_video && reader.find("video") == nullptr)
    throw DataError(concat(reader.place(),
                           ": \"video\" is missing: a record needs \"video\" or \"images\", or "
                           "\"video\": null where there is nothing to see",
                           reader.near("video")));
  sample.video = needs_video ? reader.text("video") : reader.optional_text("video");
  sample.subtitles = reader.optional_text("subtitles");
  if (!sample.video.empty()) check_path(reader, "video", sample.video);
  if (!sample.subtitles.empty()) check_path(reader, "subtitles", sample.subtitles);
}

std::optional<ProblemType> read_problem_type(const JsonFields& reader, Task task) {
  const auto type = reader.optional_text("problem_type");
  if (task != Task::kOpen || type.empty()) return {};
  std::vector<std::string> names;
  for (const auto& [name, value] : kProblemTypes) {
    if (type == name) return value;
    names.push_back(name);
  }
  reader.fail("problem_type",
              concat("numerical, regression, OCR or free-form, which rewards are chosen by",
                     did_you_mean(type, names)));
}

void check_prompt_name(const JsonFields& reader, const Sample& sample) {
  if (!sample.prompt.empty()) {
    const auto names = names_of(prompt_table());
    if (std::find(names.begin(), names.end(), sample.prompt) == names.end())
      reader.fail("prompt", concat("a prompt of vrlt-train --list prompts",
                                   did_you_mean(sample.prompt, names)));
  }
}

}  // namespace

std::string to_string(Task task) {
  for (const auto& [name, value] : kTasks)
    if (value == task) return name;
  return "?";
}

std::optional<Task> parse_task(const std::string& name) {
  for (const auto& [known, value] : kTasks)
    if (name == known) return value;
  return {};
}

std::vector<Interval> Sample::clip_segments() const {
  auto result = segments;
  for (auto& span : result) {
    span.start_seconds -= clip_start;
    span.end_seconds -= clip_start;
  }
  return result;
}

Sample parse_sample(const io::Json& record, const std::string& origin) {
  return parse_sample(record, origin, Record::of(record));
}

Sample parse_sample(const io::Json& record, const std::string& origin, Record stored) {
  const JsonFields reader(record, origin, record_fields());
  if (const auto* schema = reader.find("schema"); schema == nullptr || *schema != "vs/1")
    reader.fail("schema", "\"vs/1\"");
  Sample sample;
  sample.id = reader.text("id");
  const auto task = parse_task(reader.text("task"));
  if (!task) reader.fail("task", "mcq, tvg, gqa, yes_no, caption_match, caption, rtl or open");
  sample.task = *task;
  sample.problem_type = read_problem_type(reader, *task);
  sample.bench = reader.optional_text("bench");
  sample.split = reader.optional_text("split");
  sample.source = reader.optional_text("source");
  read_media(reader, sample);
  sample.frames = read_frames(reader);
  sample.clip_start = reader.optional_seconds("clip_start").value_or(0.0);
  sample.clip_end = reader.optional_seconds("clip_end");
  if (sample.clip_end && *sample.clip_end <= sample.clip_start)
    reader.fail("clip_end", "more than clip_start");
  sample.duration = reader.optional_seconds("duration");
  sample.question = reader.text("question");
  sample.query_raw = reader.optional_text("query_raw");
  if (reader.find("options") != nullptr) sample.options = reader.texts("options", 2, kMaxOptions);
  if (asks_choice(sample.task) && sample.task != Task::kCaptionMatch && sample.options.empty())
    reader.fail("options", "a list of texts for this task");
  read_answer(reader, sample);
  sample.segments = read_segments(reader);
  sample.prompt = reader.optional_text("prompt");
  sample.cluster = reader.optional_text("cluster");
  if (sample.cluster.empty())
    sample.cluster = !sample.video.empty()    ? sample.video
                     : !sample.images.empty() ? sample.images.front()
                                              : sample.id;
  if (reader.find("flags") != nullptr) sample.flags = reader.texts("flags", 0, kMaxFlags);
  sample.groups = read_groups(reader);
  sample.record = std::move(stored);
  check_answer(sample, reader);
  check_prompt_name(reader, sample);
  return sample;
}

}  // namespace vrlt::data
