// TimeLens, Time-R1 and VideoChat-R1, OneThinker, LITA.
#include <algorithm>
#include <cmath>

#include "reading/official/python_text.h"
#include "reading/official/span_scans.h"
#include "vrlt/core/error.h"
#include "vrlt/io/json.h"
#include "vrlt/reading/official/span_readers.h"
#include "vrlt/reading/peers/tag_scan.h"

namespace vrlt::reading::official {
namespace {

using Found = std::optional<Interval>;

/// The first "a SEPARATOR b" with white space around the separator: any or none, or at least one.
Found first_joined(std::string_view text, std::string_view separator, bool needs_space) {
  for (size_t i = 0; i < text.size();) {
    const auto start = decimal(text, i);
    if (!start) {
      ++i;
      continue;
    }
    i = skip_digits(text, i);  // the digits behind a dot may begin a number of their own
    const size_t joint = skip_spaces(text, start.end);
    if (!text.substr(joint).starts_with(separator)) continue;
    const size_t second = skip_spaces(text, joint + separator.size());
    if (needs_space && (joint == start.end || second == joint + separator.size())) continue;
    if (const auto end = decimal(text, second)) return Interval{start.value, end.value};
  }
  return {};
}

Found first_of(const std::vector<Interval>& spans) {
  return spans.empty() ? Found() : spans.front();
}

/// "<12.5>" at i.
Match time_token(std::string_view text, size_t i) {
  if (at(text, i) != '<') return {};
  const auto time = decimal(text, i + 1);
  return time && at(text, time.end) == '>' ? Match{time.value, time.end + 1} : Match{};
}

}  // namespace

SpanReading read_timelens(std::string_view response) {
  const auto text = peers::lower(characters_of(response));
  auto span = first_of(paired(clocks(text, /*fraction=*/true)));
  if (!span) span = first_joined(text, "-", false);
  if (!span) span = first_joined(text, "to", true);
  if (!span) span = first_of(paired(bare_numbers(text)));
  if (span) span = Interval{std::nearbyint(span->start_seconds), std::nearbyint(span->end_seconds)};
  return {span};
}

SpanReading read_to_and(std::string_view response) {
  const auto text = characters_of(response);
  Found last;
  for (size_t i = 0; i < text.size();) {
    const auto start = decimal(text, i);
    if (!start) {
      ++i;
      continue;
    }
    i = skip_digits(text, i);
    for (const std::string_view word : {" to ", " and "})
      if (std::string_view(text).substr(start.end).starts_with(word))
        if (const auto end = decimal(text, start.end + word.size())) {
          last = Interval{start.value, end.value};
          i = end.end;
        }
  }
  return {last};
}

SpanReading read_onethinker(std::string_view response) {
  const auto answer = peers::first_block(response, peers::kAnswer, peers::kAnswerEnd);
  if (!answer) return {};
  try {
    const auto json = io::parse_json(*answer, "answer", {.max_bytes = 1 << 16, .max_depth = 8});
    const auto time = json.is_object() ? json.value("time", io::Json()) : io::Json();
    if (!time.is_array() || time.size() != 2 || !time[0].is_number() || !time[1].is_number())
      return {};
    return {Interval{time[0].get<double>(), time[1].get<double>()}};
  } catch (const DataError&) {
    return {};
  }
}

SpanReading read_lita(std::string_view response, std::optional<double> duration) {
  std::vector<double> times;
  const auto text = characters_of(response);
  for (size_t i = 0; i < text.size() && times.size() < 2;) {
    const auto token = time_token(text, i);
    if (token) times.push_back(token.value);
    i = token ? token.end : i + 1;
  }
  if (times.size() < 2) return {duration ? Found({0.0, *duration}) : Found()};
  const double end = duration.value_or(INFINITY);
  return {sorted({std::clamp(times[0], 0.0, end), std::clamp(times[1], 0.0, end)})};
}

}  // namespace vrlt::reading::official
