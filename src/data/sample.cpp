#include "vrlt/data/sample.h"

#include <cmath>

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

constexpr size_t kMaxOptions = 26, kMaxImages = 256;

/// Reads the fields of one record; every failure names the place, the field, what was expected and what was found.
class RecordReader {
 public:
  RecordReader(const io::Json& record, const std::string& origin) : record_(record), origin_(origin) {
    if (!record.is_object()) throw DataError(concat(origin, ": expected a JSON object, found ", io::excerpt(record)));
  }

  const io::Json* find(const char* name) const {
    const auto found = record_.find(name);
    return found == record_.end() || found->is_null() ? nullptr : &*found;
  }
  [[noreturn]] void fail(const char* name, const std::string& expected) const {
    const auto* value = find(name);
    throw DataError(concat(origin_, ": \"", name, "\" is ", value == nullptr ? "missing" : io::excerpt(*value), ", expected ", expected));
  }
  std::string text(const char* name, bool required) const {
    const auto* value = find(name);
    if (value == nullptr && !required) return {};
    if (value == nullptr || !value->is_string() || (required && value->get<std::string>().empty())) fail(name, "text");
    return value->get<std::string>();
  }
  std::optional<double> seconds(const char* name) const {
    const auto* value = find(name);
    if (value == nullptr) return {};
    if (!value->is_number() || !std::isfinite(value->get<double>()) || value->get<double>() < 0) fail(name, "seconds of at least 0, or null");
    return value->get<double>();
  }
  std::vector<std::string> options() const {
    const auto* value = find("options");
    if (value == nullptr) return {};
    if (!value->is_array() || value->size() < 2 || value->size() > kMaxOptions) fail("options", "a list of 2 to 26 texts, or null");
    std::vector<std::string> texts;
    for (const auto& item : *value) {
      if (!item.is_string()) fail("options", "texts only");
      texts.push_back(item.get<std::string>());
    }
    return texts;
  }
  std::vector<std::string> images() const {
    const auto* value = find("images");
    std::vector<std::string> paths;
    if (value == nullptr) return paths;
    if (!value->is_array() || value->size() > kMaxImages) fail("images", "a list of at most 256 paths, or null");
    for (const auto& item : *value) {
      if (!item.is_string() || item.get<std::string>().empty()) fail("images", "paths only");
      paths.push_back(item.get<std::string>());
    }
    return paths;
  }
  std::vector<Interval> segments() const {
    const auto* value = find("segments");
    std::vector<Interval> result;
    if (value == nullptr) return result;
    if (!value->is_array()) fail("segments", "a list of [start, end] in seconds, or null");
    for (const auto& item : *value) {
      if (!item.is_array() || item.size() != 2 || !item[0].is_number() || !item[1].is_number()) fail("segments", "a list of [start, end] in seconds");
      const Interval span{item[0].get<double>(), item[1].get<double>()};
      if (!std::isfinite(span.start_seconds) || !std::isfinite(span.end_seconds) || span.start_seconds < 0 || span.length() <= 0)
        fail("segments", "spans with 0 <= start < end");
      result.push_back(span);
    }
    return result;
  }
  std::map<std::string, std::string> groups() const {
    std::map<std::string, std::string> result;
    const auto* value = find("groups");
    if (value == nullptr) return result;
    if (!value->is_object()) fail("groups", "an object of names and values, or null");
    for (const auto& [key, item] : value->items()) result[key] = item.is_string() ? item.get<std::string>() : item.dump();
    return result;
  }

 private:
  const io::Json& record_;
  const std::string& origin_;
};

void check_answer(const Sample& sample, const RecordReader& reader) {
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
  const RecordReader reader(record, origin);
  if (reader.text("schema", true) != "vs/1") reader.fail("schema", "\"vs/1\"");
  Sample sample;
  sample.id = reader.text("id", true);
  const auto task = parse_task(reader.text("task", true));
  if (!task) reader.fail("task", "mcq, tvg, gqa, yes_no, caption_match, caption, rtl or open");
  sample.task = *task;
  sample.bench = reader.text("bench", false);
  sample.split = reader.text("split", false);
  sample.source = reader.text("source", false);
  sample.images = reader.images();
  sample.video = reader.text("video", /*required=*/sample.images.empty());
  sample.clip_start = reader.seconds("clip_start").value_or(0.0);
  sample.clip_end = reader.seconds("clip_end");
  if (sample.clip_end && *sample.clip_end <= sample.clip_start) reader.fail("clip_end", "more than clip_start");
  sample.duration = reader.seconds("duration");
  sample.question = reader.text("question", true);
  sample.options = reader.options();
  if (const auto* answer = reader.find("answer")) {
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
  sample.segments = reader.segments();
  sample.prompt = reader.text("prompt", false);
  sample.cluster = reader.text("cluster", false);
  if (sample.cluster.empty()) sample.cluster = sample.video.empty() ? sample.images.front() : sample.video;
  sample.groups = reader.groups();
  sample.record = record;
  check_answer(sample, reader);
  return sample;
}

}  // namespace vrlt::data
