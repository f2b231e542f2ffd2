#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vrlt/evaluation/results.h"

namespace vrlt::evaluation {

/// A metric, and its value in [0, 1].
struct Headline {
  std::string metric;
  double value = 0.0;
};

/// What a sample is judged by where there is room for one number: the strict headline metric of its
/// task, the mean over its responses; 0 where it could not be asked. None: its label is hidden, or
/// only a judge could tell.
std::optional<Headline> headline_score(const data::Sample& sample, const Answer& answer,
                                       const Scoring& scoring);

/// The mean of `after - before`, sample by sample, with its 95 % bootstrap interval, in which whole
/// clusters are drawn.
struct PairedGain {
  double mean = 0.0, low = 0.0, high = 0.0;
};

/// @param clusters  a key for each sample. The three are of the same samples, at least one.
PairedGain paired_gain(const std::vector<double>& before, const std::vector<double>& after,
                       const std::vector<std::string>& clusters);

}  // namespace vrlt::evaluation
