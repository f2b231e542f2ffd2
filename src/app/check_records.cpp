#include "app/check_records.h"

#include <map>
#include <set>
#include <string_view>

#include "vrlt/core/error.h"
#include "vrlt/data/benchmark_sizes.h"
#include "vrlt/data/record_file.h"

namespace vrlt::app {
namespace fs = std::filesystem;
namespace {

constexpr size_t kMinOptions = 2, kMaxOptions = 8;
constexpr double kSlack = 1e-6;

/// What makes two samples the same question.
std::string question_key(const data::Sample& sample) {
  io::Json key = {sample.video, sample.images, sample.clip_start, sample.clip_end ? io::Json(*sample.clip_end) : io::Json(nullptr), sample.question};
  key.push_back(sample.options);
  for (const auto& span : sample.segments) key.push_back({span.start_seconds, span.end_seconds});
  return data::to_string(sample.task) + key.dump(-1, ' ', false, io::Json::error_handler_t::replace);
}

void check_duplicates(const std::vector<data::Sample>& samples, std::vector<Finding>& findings) {
  std::set<std::string> ids;
  std::map<std::string, const data::Sample*> questions;
  for (const auto& sample : samples) {
    if (!ids.insert(sample.id).second) findings.push_back({Severity::kError, "duplicate_id", sample.id, "the id is used more than once"});
    const auto [first, inserted] = questions.emplace(question_key(sample), &sample);
    if (!inserted) findings.push_back({Severity::kWarning, "duplicate_question", sample.id, "asks the same as " + first->second->id});
  }
}

void check_spans(const data::Sample& sample, std::vector<Finding>& findings) {
  for (const auto& span : sample.segments) {
    if (sample.duration && span.end_seconds > *sample.duration + kSlack)
      findings.push_back({Severity::kWarning, "span_beyond_duration", sample.id,
                          concat("the truth ends at ", span.end_seconds, " s, the annotated duration is ", *sample.duration, " s")});
    if (span.start_seconds < sample.clip_start - kSlack || (sample.clip_end && span.end_seconds > *sample.clip_end + kSlack))
      findings.push_back({Severity::kWarning, "span_outside_clip", sample.id,
                          concat("the truth ", span.start_seconds, " to ", span.end_seconds, " s is not inside the clip")});
  }
}

void check_folders(const std::vector<data::Sample>& samples, std::vector<Finding>& findings) {
  std::map<std::string, std::set<std::string>> folders_of;
  for (const auto& sample : samples)
    if (!sample.video.empty()) folders_of[fs::path(sample.video).filename().string()].insert(fs::path(sample.video).parent_path().string());
  for (const auto& [name, folders] : folders_of)
    if (folders.size() > 1)
      findings.push_back(
          {Severity::kWarning, "name_in_several_folders", name, concat("stands in ", folders.size(), " folders: keep the folders apart")});
}

/// A message without the place that it begins with.
std::string without_place(const std::string& message, const std::string& place) {
  return message.starts_with(place + ": ") ? message.substr(place.size() + 2) : message;
}

void read_lines(const fs::path& file, std::vector<data::Sample>& samples, std::vector<Finding>& findings) {
  const auto read_line = [&](const std::string& place, std::string_view line) {
    try {
      samples.push_back(data::parse_sample(io::parse_json(line, place), place));
    } catch (const DataError& error) {
      findings.push_back({Severity::kError, "broken_record", place, without_place(error.what(), place)});
    }
  };
  try {
    data::for_each_record_line(file, read_line);
  } catch (const DataError& error) {  // of the file as a whole
    findings.push_back({Severity::kError, "no_records_file", file.string(), without_place(error.what(), file.string())});
  }
}

}  // namespace

std::vector<data::Sample> read_records(const std::vector<fs::path>& files, std::vector<Finding>& findings) {
  std::vector<data::Sample> samples;
  for (const auto& file : files) read_lines(file, samples, findings);
  if (samples.empty() && findings.empty()) findings.push_back({Severity::kError, "no_records", files.front().string(), "holds no records"});
  return samples;
}

void check_records(const std::vector<data::Sample>& samples, std::vector<Finding>& findings) {
  check_duplicates(samples, findings);
  for (const auto& sample : samples) {
    if (!sample.options.empty() && (sample.options.size() < kMinOptions || sample.options.size() > kMaxOptions))
      findings.push_back({Severity::kWarning, "unusual_options", sample.id, concat(sample.options.size(), " options")});
    check_spans(sample, findings);
  }
  check_folders(samples, findings);
  for (const auto& difference : data::size_differences(samples))
    findings.push_back(
        {Severity::kWarning, "not_as_published", difference.substr(0, difference.find(": ")), difference.substr(difference.find(": ") + 2)});
}

}  // namespace vrlt::app
