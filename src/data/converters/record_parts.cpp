#include "data/converters/record_parts.h"

#include <algorithm>
#include <set>

#include "data/converters/option_lines.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

std::string trimmed(const std::string& text) {
  constexpr const char* kBlanks = " \t\r\n";
  const auto begin = text.find_first_not_of(kBlanks);
  return begin == std::string::npos
             ? ""
             : text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

}  // namespace

io::Json make_record(const RecordHead& head) {
  const auto question = trimmed(head.question);
  io::Json record = {
      {"schema", "vs/1"},    {"id", concat(head.bench, "/", head.split, "/", head.native_id)},
      {"task", head.task},   {"bench", head.bench},
      {"split", head.split}, {"video", head.video},
      {"clip_start", 0},     {"clip_end", nullptr},
      {"duration", nullptr}, {"question", question}};
  if (question != head.question) record["query_raw"] = head.question;
  record.update(
      {{"options", nullptr}, {"answer", nullptr}, {"segments", nullptr}, {"source", head.source}});
  return record;
}

std::string in_folder(const std::string& folder, const std::string& name) {
  if (folder.empty()) return name;
  return folder.ends_with('/') ? folder + name : folder + "/" + name;
}

void add_flag(io::Json& record, const char* flag) { record["flags"].push_back(flag); }

void add_segments(io::Json& record, std::vector<Interval> spans, const std::string& place,
                  OddItems& odd) {
  bool turned = false, empty = false, negative = false, beyond = false;
  const auto& duration = record["duration"];
  for (auto& span : spans) {
    if (span.length() < 0) {
      std::swap(span.start_seconds, span.end_seconds);
      turned = true;
      odd.repaired("a span that ran backwards",
                   concat(place, ": the span ran backwards and was turned to ", span.start_seconds,
                          " to ", span.end_seconds));
    }
    empty = empty || span.length() == 0;
    negative = negative || span.start_seconds < 0;
    beyond = beyond || (duration.is_number() && span.end_seconds > duration.get<double>());
  }
  record["segments"] = io::Json::array();
  for (const auto& span : spans)
    record["segments"].push_back(io::Json::array({span.start_seconds, span.end_seconds}));
  if (turned) add_flag(record, "gt_inverted_fixed");
  if (empty) add_flag(record, "gt_zero_length");
  if (negative) add_flag(record, "gt_negative");
  if (beyond) add_flag(record, "gt_beyond_duration");
}

void add_frames(io::Json& record, double fps) {
  record["video_kind"] = "frames";
  record["frames"] = {{"pattern", "%05d.jpg"}, {"first", 1}, {"fps", fps}};
}

void add_options(io::Json& record, const std::vector<std::string>& options,
                 const io::Json& answer) {
  record["options"] = options;
  record["answer"] = answer;
  if (std::set<std::string>(options.begin(), options.end()).size() < options.size())
    add_flag(record, "dup_options");
}

std::optional<int64_t> index_of(const std::string& answer, const std::vector<std::string>& options,
                                const AnnotationFields& fields) {
  if (const auto found = std::find(options.begin(), options.end(), answer); found != options.end())
    return found - options.begin();
  const auto index = option_index(answer, options);
  if (index)
    fields.odd().repaired(
        "another spelling of an answer",
        concat(fields.place(), ": the answer ", io::excerpt(answer), " was read as ",
               io::excerpt(options[static_cast<size_t>(*index)])));
  return index;
}

int64_t letter_index(const std::string& letter, size_t count) {
  if (letter.size() != 1 || letter[0] < 'A') return -1;
  const auto index = static_cast<size_t>(letter[0] - 'A');
  return index < count ? static_cast<int64_t>(index) : -1;
}

std::string python_list(const Interval& span) {
  return concat("[", io::Json(span.start_seconds).dump(), ", ", io::Json(span.end_seconds).dump(),
                "]");
}

}  // namespace vrlt::data
