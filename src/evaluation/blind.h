#pragma once

#include "vrlt/data/sample.h"

namespace vrlt::evaluation {

/// What answers that look at no video score, by the arithmetic of the official scripts: per
/// constant answer its metrics. "whole_video" and "middle_half" for tasks with spans, where every
/// sample tells its duration and its truth; "always_<option>" for the option, word or caption that
/// is right most often. Source: docs/spec/benchmarks.md#blind-answers.
io::Json blind_baselines(const std::vector<const data::Sample*>& samples);

}  // namespace vrlt::evaluation
