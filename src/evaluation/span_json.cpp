#include "evaluation/span_json.h"

#include "evaluation/time_scan.h"
#include "rewards/text_scan.h"
#include "vrlt/core/error.h"

namespace vrlt::evaluation {
namespace {

constexpr size_t kMaxJsonBytes = 1 << 20;

/// A failure, or empty when `seconds` was set.
std::string json_seconds(const io::Json& value, double& seconds) {
  if (value.is_number()) {
    seconds = value.get<double>();
    return {};
  }
  if (!value.is_string()) return "bad_json_value";
  const auto text = value.get<std::string>();
  const auto trimmed = rewards::trim(text);
  const auto time = times::scan_time(trimmed, 0);
  if (time && time->end == trimmed.size()) {
    seconds = time->seconds;
    return time->bad_clock ? "bad_clock" : "";
  }
  const auto word = rewards::lower(trimmed);
  for (const char* name : {"nan", "inf", "infinity", "-inf", "-infinity"})
    if (word == name) return "not_finite";
  return "bad_json_value";
}

std::string append_json_pair(const io::Json& start, const io::Json& end, std::vector<Interval>& spans) {
  Interval span;
  auto failure = json_seconds(start, span.start_seconds);
  if (failure.empty()) failure = json_seconds(end, span.end_seconds);
  if (failure.empty()) spans.push_back(span);
  return failure;
}

}  // namespace

std::optional<io::Json> tolerant_json(std::string_view text) {
  std::string json;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '"' && (i == 0 || text[i - 1] != '\\')) quoted = !quoted;
    if (!quoted && (c == '(' || c == ')')) c = c == '(' ? '[' : ']';
    if (!quoted && c == ',') {
      const char next = times::at(text, times::skip_spaces(text, i + 1));
      if (next == ']' || next == ')') continue;
    }
    json += c;
  }
  try {
    return io::parse_json(json, "answer", {.max_bytes = kMaxJsonBytes, .max_depth = 8});
  } catch (const DataError&) {
    return {};
  }
}

std::string append_json_spans(const io::Json& json, std::vector<Interval>& spans) {
  if (json.is_object()) {
    for (const auto& [start, end] : {std::pair("start_time", "end_time"), std::pair("start", "end")})
      if (json.contains(start) && json.contains(end)) return append_json_pair(json[start], json[end], spans);
    for (const char* key : {"time", "segment", "segments", "span", "spans", "relevant_span", "timestamp", "timestamps", "window", "windows",
                            "pred_relevant_windows", "glue"})
      if (json.contains(key) && json[key].is_array()) return append_json_spans(json[key], spans);
    return "missing_key";
  }
  if (!json.is_array()) return "bad_json_value";
  if (json.size() == 2 && !json[0].is_structured() && !json[1].is_structured()) return append_json_pair(json[0], json[1], spans);
  for (const auto& item : json) {
    const bool pair = item.is_array() && item.size() == 2 && !item[0].is_structured() && !item[1].is_structured();
    if (!pair && !item.is_object()) return "bad_json_value";
    const auto failure = append_json_spans(item, spans);
    if (!failure.empty()) return failure;
  }
  return {};
}

}  // namespace vrlt::evaluation
