#include "vrlt/data/sample.h"

#include "data/json_fields.h"
#include "vrlt/core/error.h"

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

constexpr size_t kMaxOptions = 26, kMaxImages = 256, kMaxFlags = 64;
constexpr double kMaxFps = 1000.0;
constexpr int64_t kMaxFirstFrame = 1'000'000'000;

std::optional<FrameFolder> read_frames(const JsonFields& reader) {
  const auto kind = reader.optional_text("video_kind");
  if (!kind.empty() && kind != "file" && kind != "frames") reader.fail("video_kind", "file or frames");
  const auto* value = reader.find("frames");
  if (kind != "frames") {
    if (value != nullptr) reader.fail("frames", "null unless \"video_kind\" is \"frames\"");
    return {};
  }
  if (value == nullptr || !value->is_object()) reader.fail("frames", R"(an object such as {"pattern": "%05d.jpg", "first": 1, "fps": 3.0})");
  const JsonFields fields(*value, reader.place() + ": frames");
  FrameFolder frames{.pattern = fields.text("pattern"), .first = 0, .fps = fields.seconds("fps")};
  if (!is_frame_pattern(frames.pattern)) fields.fail("pattern", "a file name with one %d or %0Nd");
  if (frames.fps <= 0 || frames.fps > kMaxFps) fields.fail("fps", "more than 0, at most 1000");
  const auto& first = fields.require("first", "0 or 1");
  if (!first.is_number_integer() || first.get<int64_t>() < 0 || first.get<int64_t>() > kMaxFirstFrame)
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
  for (const auto& [key, item] : value->items()) result[key] = item.is_string() ? item.get<std::string>() : item.dump();
  return result;
}

void read_answer(const JsonFields& reader, Sample& sample) {
  const auto* answer = reader.find("answer");
  if (answer == nullptr) return;
  if (answer->is_number_integer()) {
    sample.answer_option = answer->get<int64_t>();
    if (*sample.answer_option < 0 || *sample.answer_option >= static_cast<int64_t>(sample.options.size()))
      reader.fail("answer", "the index of an option");
  } else if (answer->is_string()) {
    sample.answer_text = answer->get<std::string>();
  } else {
    reader.fail("answer", "an option index, text, or null");
  }
}

void check_answer(const Sample& sample, const JsonFields& reader) {
  const bool choice = sample.task == Task::kMultipleChoice || sample.task == Task::kGroundedQa;
  if (choice && sample.options.empty()) reader.fail("options", "a list of texts for this task");
  if (choice && sample.answer_text) reader.fail("answer", "the 0-based index of an option for this task, or null");
  if (sample.task == Task::kYesNo && sample.answer_text && sample.answer_text != "yes" && sample.answer_text != "no")
    reader.fail("answer", "yes, no, or null for this task");
  const bool grounding = sample.task == Task::kTemporalGrounding || sample.task == Task::kReasoningLocalization;
  if (grounding && sample.segments.empty()) reader.fail("segments", "at least one span for this task");
  if ((grounding || sample.task == Task::kGroundedQa) && sample.video.empty()) reader.fail("video", "a path for this task");
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
  const JsonFields reader(record, origin);
  if (reader.text("schema") != "vs/1") reader.fail("schema", "\"vs/1\"");
  Sample sample;
  sample.id = reader.text("id");
  const auto task = parse_task(reader.text("task"));
  if (!task) reader.fail("task", "mcq, tvg, gqa, yes_no, caption_match, caption, rtl or open");
  sample.task = *task;
  sample.bench = reader.optional_text("bench");
  sample.split = reader.optional_text("split");
  sample.source = reader.optional_text("source");
  if (reader.find("images") != nullptr) sample.images = reader.texts("images", 0, kMaxImages);
  for (const auto& image : sample.images)
    if (image.empty()) reader.fail("images", "paths that are not empty");
  sample.video = sample.images.empty() ? reader.text("video") : reader.optional_text("video");
  sample.frames = read_frames(reader);
  sample.clip_start = reader.optional_seconds("clip_start").value_or(0.0);
  sample.clip_end = reader.optional_seconds("clip_end");
  if (sample.clip_end && *sample.clip_end <= sample.clip_start) reader.fail("clip_end", "more than clip_start");
  sample.duration = reader.optional_seconds("duration");
  sample.question = reader.text("question");
  sample.query_raw = reader.optional_text("query_raw");
  if (reader.find("options") != nullptr) sample.options = reader.texts("options", 2, kMaxOptions);
  read_answer(reader, sample);
  sample.segments = read_segments(reader);
  sample.subtitles = reader.optional_text("subtitles");
  sample.prompt = reader.optional_text("prompt");
  sample.cluster = reader.optional_text("cluster");
  if (sample.cluster.empty()) sample.cluster = sample.video.empty() ? sample.images.front() : sample.video;
  if (reader.find("flags") != nullptr) sample.flags = reader.texts("flags", 0, kMaxFlags);
  sample.groups = read_groups(reader);
  sample.record = record;
  check_answer(sample, reader);
  return sample;
}

}  // namespace vrlt::data
