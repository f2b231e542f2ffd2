#pragma once

#include <vector>

#include "vrlt/core/interval.h"

namespace vrlt::rewards {

// Scores of predicted spans against true ones, in seconds. All are 0 where the prediction is empty,
// and finite. Inverted, empty and infinite spans count as absent. Source of all:
// docs/spec/rewards.md#temporal-overlap and #timestamp-aware-overlap.

/// (1 + GIoU) / 2 of the merged sets, in [0, 1]: also says how far away a prediction is that
/// overlaps nothing.
double normalized_giou(const std::vector<Interval>& predicted, const std::vector<Interval>& truth);

/// exp(-beta W1 / total length of the truth), W1 between uniform distributions over the merged
/// sets; in [0, 1]. Source: TimeLens2 (a5ce450) twass.
double wasserstein_similarity(const std::vector<Interval>& predicted,
                              const std::vector<Interval>& truth, double beta);

/// IoU (1 - |start error| / duration) (1 - |end error| / duration).
/// @param clamp_factors  keeps each factor in [0, 1]; Time-R1 (main.py, 7f2b594) does not, and goes
/// below 0 beyond the end.
double timestamp_aware_iou(const Interval& predicted, const Interval& truth, double duration,
                           bool clamp_factors);

/// Harmonic mean of how much of the prediction is true and how much of the truth is predicted, in
/// [0, 1).
/// @param merge_truth  false as MUSEG src/train.py: true spans that overlap count twice.
double segment_f1(const std::vector<Interval>& predicted, const std::vector<Interval>& truth,
                  bool merge_truth);

/// Mean of (1 + GIoU) / 2 over spans paired by position; a span without a partner scores 0. Source:
/// MUSEG src/train.py.
double paired_giou(const std::vector<Interval>& predicted, const std::vector<Interval>& truth);

}  // namespace vrlt::rewards
