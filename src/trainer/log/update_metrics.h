#pragma once

#include "vrlt/algorithm/objective.h"
#include "vrlt/metrics/metric.h"

namespace vrlt::trainer {

/// What a micro-batch says about the update: ratios, clipping, divergences, corrections, losses.
void record_update_metrics(const algorithm::TokenBatch& tokens, const algorithm::Objective& result,
                           const algorithm::ObjectiveConfig& config, metrics::MetricSet& metrics);

}  // namespace vrlt::trainer
