#pragma once

#include <optional>
#include <string>

#include "vrlt/data/sample.h"

namespace vrlt::data {

/// Why no answer can overlap the truth of a sample.
struct TruthProblem {
  const char* kind;     ///< The same for all samples of the kind: "the truth has no length".
  std::string message;  ///< With the numbers of this one: "the truth [4, 4] has no length".
};

/// Looks at the record alone: true spans of which none has a length, or of which none reaches into
/// the clip, or that all begin after the annotated duration. Nothing for a sample without spans,
/// and where one of several can be hit.
std::optional<TruthProblem> truth_problem(const Sample& sample);

/// The truth for people, on the model's clock: "B. a cat, 4 to 8 s"; empty without one.
std::string truth_text(const Sample& sample);

}  // namespace vrlt::data
