#include "evaluation/compat/overlaps.h"

#include <algorithm>

namespace vrlt::evaluation::compat {
namespace {

double intersection(const Interval& a, const Interval& b) {
  return std::max(
      0.0, std::min(a.end_seconds, b.end_seconds) - std::max(a.start_seconds, b.start_seconds));
}

/// Python's min and max keep the first argument where a comparison with NaN is false.
double python_min(double a, double b) { return b < a ? b : a; }
double python_max(double a, double b) { return b > a ? b : a; }

BestOverlap overlap(const Interval& predicted, const Interval& truth) {
  const auto [start, end] = predicted;
  if (start == end)
    return {0.0, truth.start_seconds <= start && start <= truth.end_seconds ? 1.0 : 0.0};
  const double hull = python_max(truth.end_seconds, end) - python_min(truth.start_seconds, start);
  const double shared = python_min(truth.end_seconds, end) - python_max(truth.start_seconds, start);
  return {hull > 0 ? shared / hull : 0.0, end > start ? shared / (end - start) : 0.0};
}

double covered(const std::vector<Interval>& merged) {
  double total = 0.0;
  for (const auto& span : merged) total += span.length();
  return total;
}

}  // namespace

std::optional<double> hull_iou(const Interval& predicted, const Interval& truth) {
  const double hull = std::max(predicted.end_seconds, truth.end_seconds) -
                      std::min(predicted.start_seconds, truth.start_seconds);
  if (hull == 0.0) return {};
  return intersection(predicted, truth) / hull;
}

double union_iou(const Interval& predicted, const Interval& truth) {
  const double shared = intersection(predicted, truth),
               both = predicted.length() + truth.length() - shared;
  return both > 0.0 ? shared / both : 0.0;
}

BestOverlap nextgqa_overlap(const Interval& predicted, const std::vector<Interval>& truth) {
  BestOverlap best;
  for (const auto& span : truth) {
    const auto [iou, iop] = overlap(predicted, span);
    if (iou > best.iou) best.iou = iou;
    if (iop > best.iop) best.iop = iop;
  }
  return best;
}

double videochat_set_iou(const std::vector<Interval>& predicted,
                         const std::vector<Interval>& truth) {
  const auto p = merge_intervals(predicted), q = merge_intervals(truth);
  const double shared = shared_length(p, q), both = covered(p) + covered(q) - shared;
  return both > 0.0 ? shared / both : 1.0;
}

}  // namespace vrlt::evaluation::compat
