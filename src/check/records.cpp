#include "check/records.h"

#include <map>
#include <set>
#include <string_view>

#include "vrlt/core/error.h"
#include "vrlt/data/benchmark_sizes.h"
#include "vrlt/data/record_fields.h"
#include "vrlt/data/record_file.h"

namespace vrlt::check {
namespace fs = std::filesystem;
namespace {

constexpr size_t kMinOptions = 2, kMaxOptions = 8;
constexpr double kSlack = 1e-6;

/// What makes two samples the same question.
std::string question_key(const data::Sample& sample) {
  io::Json key = {sample.video, sample.images, sample.clip_start,
                  sample.clip_end ? io::Json(*sample.clip_end) : io::Json(nullptr),
                  sample.question};
  key.push_back(sample.options);
  for (const auto& span : sample.segments) key.push_back({span.start_seconds, span.end_seconds});
  return data::to_string(sample.task) +
         key.dump(-1, ' ', false, io::Json::error_handler_t::replace);
}

void check_duplicates(const std::vector<data::Sample>& samples, std::vector<Finding>& findings) {
  std::set<std::string> ids;
  std::map<std::string, const data::Sample*> questions;
  for (const auto& sample : samples) {
    if (!ids.insert(sample.id).second)
      findings.push_back(
          {Severity::kError, "duplicate_id", sample.id, "the id is used more than once"});
    const auto [first, inserted] = questions.emplace(question_key(sample), &sample);
    if (!inserted)
      findings.push_back({Severity::kWarning, "duplicate_question", sample.id,
                          "asks the same as " + first->second->id});
  }
}

void check_spans(const data::Sample& sample, std::vector<Finding>& findings) {
  for (const auto& span : sample.segments) {
    if (sample.duration && span.end_seconds > *sample.duration + kSlack)
      findings.push_back({Severity::kWarning, "span_beyond_duration", sample.id,
                          concat("the truth ends at ", span.end_seconds,
                                 " s, the annotated duration is ", *sample.duration, " s")});
    if (span.start_seconds < sample.clip_start - kSlack ||
        (sample.clip_end && span.end_seconds > *sample.clip_end + kSlack))
      findings.push_back({Severity::kWarning, "span_outside_clip", sample.id,
                          concat("the truth ", span.start_seconds, " to ", span.end_seconds,
                                 " s is not inside the clip")});
  }
}

/// "A.", "A)", "(A)" or "A:" at the start of the option with that letter.
bool has_letter(const std::string& option, size_t index) {
  const char letter = static_cast<char>('A' + index);
  const auto is = [&](size_t at, char wanted) {
    return option.size() > at && (option[at] == wanted);
  };
  return (is(0, letter) && (is(1, '.') || is(1, ')') || is(1, ':'))) ||
         (is(0, '(') && is(1, letter) && is(2, ')'));
}

void check_options(const data::Sample& sample, std::vector<Finding>& findings) {
  const auto& options = sample.options;
  if (options.empty()) return;
  if (options.size() < kMinOptions || options.size() > kMaxOptions)
    findings.push_back(
        {Severity::kWarning, "unusual_options", sample.id, concat(options.size(), " options")});
  bool lettered = true;
  for (size_t i = 0; i < options.size(); ++i) {
    lettered = lettered && has_letter(options[i], i);
    for (size_t j = 0; j < i; ++j)
      if (options[i] == options[j])
        findings.push_back(
            {Severity::kWarning, "equal_options", sample.id,
             concat("options ", j, " and ", i, " are both ", io::excerpt(options[i]))});
  }
  if (lettered)
    findings.push_back(
        {Severity::kWarning, "letters_in_options", sample.id,
         concat("options begin with their letters, and the prompt adds its own: \"A. ",
                options.front(), "\"")});
}

/// What stands for media or turns in other people's records, and would be read as text, or break
/// the prompt.
void check_text(const data::Sample& sample, std::vector<Finding>& findings) {
  struct Placeholder {
    const char* text;
    Severity severity;
  };
  constexpr Placeholder kPlaceholders[] = {
      {"<video>", Severity::kWarning},          {"<image>", Severity::kWarning},
      {"<|video_pad|>", Severity::kError},      {"<|image_pad|>", Severity::kError},
      {"<|vision_start|>", Severity::kWarning}, {"<|vision_end|>", Severity::kWarning},
      {"<|im_start|>", Severity::kWarning},     {"<|im_end|>", Severity::kWarning},
      {"<|endoftext|>", Severity::kWarning}};
  auto texts = sample.options;
  texts.push_back(sample.question);
  for (const auto& [placeholder, severity] : kPlaceholders)
    for (const auto& text : texts)
      if (text.find(placeholder) != std::string::npos) {
        findings.push_back({severity, "placeholder_in_text", sample.id,
                            concat(placeholder, " stands in ",
                                   &text == &texts.back() ? "the question" : "an option",
                                   ": the video is put before the text without it; take it out")});
        break;
      }
}

void check_keys(const data::Sample& sample, std::vector<Finding>& findings) {
  const auto record = sample.record.json();
  for (const auto& [name, value] : record.items()) {
    const auto meant =
        data::is_record_field(name) ? std::string() : data::meant_field(name, record);
    if (!meant.empty())
      findings.push_back(
          {Severity::kWarning, "unknown_key", sample.id,
           concat(io::excerpt(name), ": unknown key; did you mean \"", meant, "\"?")});
  }
}

void check_folders(const std::vector<data::Sample>& samples, std::vector<Finding>& findings) {
  std::map<std::string, std::set<std::string>> folders_of;
  for (const auto& sample : samples)
    if (!sample.video.empty())
      folders_of[fs::path(sample.video).filename().string()].insert(
          fs::path(sample.video).parent_path().string());
  for (const auto& [name, folders] : folders_of)
    if (folders.size() > 1)
      findings.push_back(
          {Severity::kWarning, "name_in_several_folders", name,
           concat("stands in ", folders.size(), " folders: keep the folders apart")});
}

/// A message without the place that it begins with.
std::string without_place(const std::string& message, const std::string& place) {
  return message.starts_with(place + ": ") ? message.substr(place.size() + 2) : message;
}

/// Where a record stands: its id, if that can be read.
std::string where(const io::Json& record, const std::string& place) {
  const bool has_id = record.is_object() && record.contains("id") && record["id"].is_string();
  return has_id ? record["id"].get<std::string>() : place;
}

void read_lines(const fs::path& file, std::vector<data::Sample>& samples,
                std::vector<Finding>& findings) {
  const auto read_line = [&](const data::RecordLine& line) {
    const auto& place = line.place;
    io::Json record;
    try {
      record = io::parse_json(line.text, place);
      samples.push_back(data::parse_sample(record, place));
    } catch (const DataError& error) {
      const auto id = where(record, place);
      findings.push_back({Severity::kError, "broken_record", id,
                          id == place ? without_place(error.what(), place) : error.what()});
    }
  };
  try {
    data::for_each_record_line(file, read_line);
  } catch (const DataError& error) {  // of the file as a whole
    findings.push_back({Severity::kError, "no_records_file", file.string(),
                        without_place(error.what(), file.string())});
  }
}

}  // namespace

std::vector<data::Sample> read_records(const std::vector<fs::path>& files,
                                       std::vector<Finding>& findings) {
  std::vector<data::Sample> samples;
  for (const auto& file : files) read_lines(file, samples, findings);
  if (samples.empty() && findings.empty())
    findings.push_back(
        {Severity::kError, "no_records", files.front().string(), "holds no records"});
  return samples;
}

void check_records(const std::vector<data::Sample>& samples, std::vector<Finding>& findings) {
  check_duplicates(samples, findings);
  for (const auto& sample : samples) {
    check_options(sample, findings);
    check_text(sample, findings);
    check_keys(sample, findings);
    check_spans(sample, findings);
  }
  check_folders(samples, findings);
  for (const auto& difference : data::size_differences(samples))
    findings.push_back({Severity::kWarning, "not_as_published",
                        difference.substr(0, difference.find(": ")),
                        difference.substr(difference.find(": ") + 2)});
}

}  // namespace vrlt::check
