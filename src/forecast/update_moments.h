#pragma once

#include <utility>
#include <vector>

#include "vrlt/forecast/load.h"
#include "vrlt/model/model_shape.h"

namespace vrlt::forecast {

/// A point in an update, and the bytes that live there beside what stands over the whole step.
struct Moment {
  const char* name;
  double sums = 0.0;         ///< Of gradients.
  double gradients = 0.0;    ///< That are not added yet.
  double activations = 0.0;  ///< Kept for the backward pass.
  double layer = 0.0;        ///< At work.
  double tower = 0.0;        ///< Of vision: at work, or kept where it trains.
  double vocabulary = 0.0;   ///< The projection to it.
  double transfers = 0.0;    ///< On their way between ranks, and pieces in float64.

  double bytes() const {
    return sums + gradients + activations + layer + tower + vocabulary + transfers;
  }
  std::vector<std::pair<const char*, double>> parts() const {
    return {{"sums of gradients", sums}, {"gradients", gradients}, {"activations", activations},
            {"a layer at work", layer},  {"vision tower", tower},  {"vocabulary", vocabulary},
            {"transfers", transfers}};
  }
};

/// The moment that needs most.
Moment worst_moment(const TrainingLoad& load, const model::ModelShape& shape,
                    const processor::PromptSize& longest, const Ranks& ranks);

}  // namespace vrlt::forecast
