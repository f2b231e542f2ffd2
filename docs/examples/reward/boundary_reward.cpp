#include "boundary_reward.h"

#include <cmath>
#include <sstream>

#include "vrlt/reading/reading.h"

namespace example {

using vrlt::rewards::RewardOutput;

RewardOutput boundary_reward(const vrlt::rewards::RewardInput& input,
                             const BoundaryParameters& parameters) {
  const auto truths = input.sample.clip_segments();
  if (input.sample.task != vrlt::data::Task::kTemporalGrounding || truths.size() != 1)
    return {.applicable = false};
  // Answers are read by the grammar that all other rewards and the evaluation read them by.
  const auto spans = vrlt::reading::read_spans({.text = input.text}, /*several=*/false);
  if (!spans) return {.reason = spans.reason};
  const auto& told = (*spans).front();
  if (told.end_seconds < told.start_seconds) return {.reason = vrlt::reading::Reason::kInverted};

  const double start_error = std::abs(told.start_seconds - truths[0].start_seconds);
  const double end_error = std::abs(told.end_seconds - truths[0].end_seconds);
  const int hits = (start_error <= parameters.tolerance_seconds ? 1 : 0) +
                   (end_error <= parameters.tolerance_seconds ? 1 : 0);
  std::ostringstream read;
  read << told.start_seconds << " to " << told.end_seconds << " s";
  RewardOutput output{.value = hits / 2.0,
                      .read = read.str(),
                      .extra = {{"start_error", start_error}, {"end_error", end_error}}};
  if (hits == 0) output.reason = {vrlt::reading::ReasonKind::kWrong, "boundaries"};
  return output;
}

}  // namespace example
