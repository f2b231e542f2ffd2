#include "reading/span_text.h"

#include <algorithm>

namespace vrlt::reading {
namespace {

/// Whether it decides before any span that is stated beside it.
bool decides(const Finding& finding) {
  switch (finding.reason) {
    case Reason::kNegative:
    case Reason::kBadClock:
    case Reason::kChain:
    case Reason::kNotFinite:
    case Reason::kNumberTooLarge:
    case Reason::kBadJsonValue:
    case Reason::kBadJson:
      return true;
    case Reason::kBadPair:
      return finding.in_list;
    default:
      return false;
  }
}

}  // namespace

Read<Spans> read_findings(std::vector<Finding> findings) {
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) { return a.begin < b.begin; });
  if (const auto refused = std::find_if(findings.begin(), findings.end(), decides);
      refused != findings.end())
    return refused->reason;
  Spans spans;
  for (const auto& finding : findings) {
    if (finding.reason != Reason::kOk ||
        std::find(spans.begin(), spans.end(), finding.span) != spans.end())
      continue;
    if (spans.size() == kMostSpans) return Reason::kTooMany;
    spans.push_back(finding.span);
  }
  if (!spans.empty()) return spans;
  return findings.empty() ? Reason::kNoSpan : findings.front().reason;
}

SpanText find_spans(View text) {
  SpanText found;
  auto structures = find_structures(text, U"{[(");
  for (auto& value : structures.values) {
    auto spans = spans_of_structure(value, text);
    if (spans.plain_text) continue;
    found.structures.push_back(std::move(value));
    found.findings.insert(found.findings.end(), spans.findings.begin(), spans.findings.end());
  }
  if (structures.cut_off != kNone)
    found.findings.push_back(
        {.begin = structures.cut_off, .end = text.size(), .span = {}, .reason = Reason::kBadJson});
  found.rest = without_values(text, found.structures);
  found.tokens = time_tokens(found.rest);
  for (auto& range : find_ranges(found.rest, found.tokens)) {
    found.findings.push_back(range);
    found.ranges.push_back(range);
  }
  found.spans = read_findings(found.findings);
  return found;
}

}  // namespace vrlt::reading
