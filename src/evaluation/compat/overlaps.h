#pragma once

#include <optional>
#include <vector>

#include "vrlt/core/interval.h"

namespace vrlt::evaluation::compat {

// How official scripts measure the overlap of a predicted span, as it was read, with a true one.
// They agree with temporal_iou() on spans that are in order and not empty. Source:
// docs/spec/benchmarks.md#overlap.

/// Intersection over hull; empty where the hull is, which Temporal-R1 divides by.
std::optional<double> hull_iou(const Interval& predicted, const Interval& truth);

/// LITA: intersection over union; 0 where the union is empty.
double union_iou(const Interval& predicted, const Interval& truth);

/// NExT-GQA: the best IoU and the best IoP over the true spans, which may be two of them; a point
/// inside a true span has IoP 1. Values that are not finite compare as in Python.
struct BestOverlap {
  double iou = 0.0, iop = 0.0;
};
BestOverlap nextgqa_overlap(const Interval& predicted, const std::vector<Interval>& truth);

/// VideoChat-R1: IoU of two sets of spans; 1 where both are empty.
double videochat_set_iou(const std::vector<Interval>& predicted,
                         const std::vector<Interval>& truth);

}  // namespace vrlt::evaluation::compat
