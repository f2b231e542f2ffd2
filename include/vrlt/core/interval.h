#pragma once

#include <vector>

namespace vrlt {

/// A time span in seconds. `start_seconds > end_seconds` is possible when it comes from a model: an
/// inverted span.
struct Interval {
  double start_seconds = 0.0;
  double end_seconds = 0.0;

  double length() const { return end_seconds - start_seconds; }
  bool operator==(const Interval&) const = default;
};

/// Intersection over hull, in [0, 1]; equals intersection over union for overlapping spans and 0
/// for disjoint ones. Inverted, zero-length or non-finite spans on either side give 0. Source:
/// Temporal-RLT's reward, shared by Time-R1 and VideoChat-R1.
double temporal_iou(const Interval& predicted, const Interval& truth);

/// Sorted spans with touching and overlapping ones merged; inverted and empty spans are dropped.
std::vector<Interval> merge_intervals(std::vector<Interval> intervals);

/// Seconds that both sets hold, each as merge_intervals gives it.
double shared_length(const std::vector<Interval>& p, const std::vector<Interval>& q);

/// Intersection over union of two sets of spans after merging each; 0 when either is empty.
double temporal_set_iou(const std::vector<Interval>& predicted, const std::vector<Interval>& truth);

/// Intersection over the predicted length (IoP of grounded QA), in [0, 1]; 0 for an empty
/// prediction.
double temporal_iop(const Interval& predicted, const Interval& truth);

}  // namespace vrlt
