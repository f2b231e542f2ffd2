#include "data/prompts/target_spans.h"

#include <algorithm>
#include <cstdio>

#include "vrlt/core/error.h"

namespace vrlt::data::prompts {
namespace {

std::string decimals(double value, int count) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", count, value);
  return text;
}

std::pair<std::string, std::string> target_span(const Interval& span) {
  constexpr int kMostDecimals = 3;
  constexpr double kShortest = 0.1;
  const double start = std::max(0.0, span.start_seconds);
  for (int count = 1; count <= kMostDecimals; ++count) {
    const auto from = decimals(start, count), to = decimals(span.end_seconds, count);
    if (from != to) return {from, to};
  }
  return {decimals(start, 1), decimals(std::stod(decimals(start, 1)) + kShortest, 1)};
}

}  // namespace

std::vector<std::pair<std::string, std::string>> target_spans(const Sample& sample) {
  std::vector<std::pair<std::string, std::string>> spans;
  for (const auto& span : sample.clip_segments()) {
    if (span.end_seconds < 0.0)
      throw DataError(
          concat(sample.id, ": its segment ends ", -span.end_seconds,
                 " s before the clip begins, which no answer can say; drop the record"));
    spans.push_back(target_span(span));
  }
  if (spans.empty()) throw DataError(concat(sample.id, ": has no segment to learn from"));
  return spans;
}

}  // namespace vrlt::data::prompts
