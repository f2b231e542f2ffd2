#include "vrlt/core/interval.h"

#include <algorithm>
#include <cmath>

namespace vrlt {
namespace {

bool usable(const Interval& interval) {
  return std::isfinite(interval.start_seconds) && std::isfinite(interval.end_seconds) &&
         interval.length() > 0.0;
}

double overlap(const Interval& a, const Interval& b) {
  return std::max(
      0.0, std::min(a.end_seconds, b.end_seconds) - std::max(a.start_seconds, b.start_seconds));
}

double total_length(const std::vector<Interval>& intervals) {
  double total = 0.0;
  for (const auto& interval : intervals) total += interval.length();
  return total;
}

}  // namespace

double temporal_iou(const Interval& predicted, const Interval& truth) {
  if (!usable(predicted) || !usable(truth)) return 0.0;
  const double hull = std::max(predicted.end_seconds, truth.end_seconds) -
                      std::min(predicted.start_seconds, truth.start_seconds);
  const double iou = overlap(predicted, truth) / hull;
  return std::isfinite(iou) ? iou : 0.0;  // a hull beyond the largest double
}

std::vector<Interval> merge_intervals(std::vector<Interval> intervals) {
  std::erase_if(intervals, [](const Interval& interval) { return !usable(interval); });
  std::sort(intervals.begin(), intervals.end(), [](const Interval& a, const Interval& b) {
    return a.start_seconds != b.start_seconds ? a.start_seconds < b.start_seconds
                                              : a.end_seconds < b.end_seconds;
  });
  std::vector<Interval> merged;
  for (const auto& interval : intervals) {
    if (!merged.empty() && interval.start_seconds <= merged.back().end_seconds)
      merged.back().end_seconds = std::max(merged.back().end_seconds, interval.end_seconds);
    else
      merged.push_back(interval);
  }
  return merged;
}

double shared_length(const std::vector<Interval>& p, const std::vector<Interval>& q) {
  double shared = 0.0;
  for (size_t i = 0, j = 0; i < p.size() && j < q.size();) {
    shared += overlap(p[i], q[j]);
    if (p[i].end_seconds < q[j].end_seconds)
      ++i;
    else
      ++j;
  }
  return shared;
}

double temporal_set_iou(const std::vector<Interval>& predicted,
                        const std::vector<Interval>& truth) {
  const auto p = merge_intervals(predicted), q = merge_intervals(truth);
  if (p.empty() || q.empty()) return 0.0;
  const double shared = shared_length(p, q);
  const double iou = shared / (total_length(p) + total_length(q) - shared);
  return std::isfinite(iou) ? iou : 0.0;
}

double temporal_iop(const Interval& predicted, const Interval& truth) {
  if (!usable(predicted) || !usable(truth)) return 0.0;
  return overlap(predicted, truth) / predicted.length();
}

}  // namespace vrlt
