#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vrlt::algorithm {

/// Counts of a whole optimizer step, over all micro-batches and ranks: the denominators of every loss.
struct StepCounts {
  int64_t tokens = 0;
  int64_t rows = 0;
};

/// token_mean: sum / tokens; seq_mean_token_mean: mean over rows of each row's token mean; seq_mean_token_sum: sum / rows.
std::vector<std::string> aggregation_names();

/// What each token of a row of `row_tokens` tokens counts in the loss, so that the weighted sum over the step is the aggregate:
/// it does not depend on how the step is cut into micro-batches. @throws ConfigError for an unknown mode.
double token_weight(const std::string& aggregation, int64_t row_tokens, const StepCounts& counts);

}  // namespace vrlt::algorithm
