// Time spans in an answer zone (spec benchmarks.md 4.3).
#include <algorithm>
#include <cmath>

#include "evaluation/span_forms.h"
#include "evaluation/span_json.h"
#include "evaluation/strict_grammar.h"
#include "rewards/text_scan.h"

namespace vrlt::evaluation {
namespace {

using Spans = Parsed<std::vector<Interval>>;

constexpr size_t kMaxZoneBytes = 1 << 20, kMaxSpans = 64;

Spans checked(const std::vector<Interval>& spans) {
  std::vector<Interval> distinct;
  for (const auto& span : spans) {
    if (!std::isfinite(span.start_seconds) || !std::isfinite(span.end_seconds)) return {{}, "not_finite"};
    if (span.start_seconds < 0 || span.end_seconds < 0) return {{}, "negative"};
    if (span.length() < 0) return {{}, "inverted"};
    if (std::find(distinct.begin(), distinct.end(), span) != distinct.end()) continue;
    if (distinct.size() == kMaxSpans) return {{}, "ambiguous"};
    distinct.push_back(span);
  }
  if (distinct.empty()) return {{}, "no_span"};
  return {distinct, {}};
}

Spans spans_of_text(std::string_view text) {
  for (const auto find : {times::find_tuple, times::find_time_tokens, times::find_ranges, times::find_start_and_end}) {
    const auto found = find(text);
    if (found.empty()) continue;
    std::vector<Interval> spans;
    for (const auto& [start, end] : found) {
      if (start.bad_clock || end.bad_clock) return {{}, "bad_clock"};
      spans.push_back({start.seconds, end.seconds});
    }
    return checked(spans);
  }
  return {{}, "no_span"};
}

}  // namespace

Parsed<std::vector<Interval>> read_spans(const std::string& zone) {
  if (zone.size() > kMaxZoneBytes) return {{}, "no_span"};
  const auto text = rewards::strip_code_fence(zone);
  if (text.starts_with('{') || text.starts_with('['))
    if (const auto json = tolerant_json(text)) {
      std::vector<Interval> spans;
      const auto failure = append_json_spans(*json, spans);
      if (!failure.empty()) return {{}, failure};
      return checked(spans);
    }
  return spans_of_text(text);
}

Parsed<Interval> read_span(const std::string& zone) {
  const auto spans = read_spans(zone);
  if (!spans) return {{}, spans.failure};
  if (spans.value->size() != 1) return {{}, "ambiguous"};
  return {spans.value->front(), {}};
}

}  // namespace vrlt::evaluation
