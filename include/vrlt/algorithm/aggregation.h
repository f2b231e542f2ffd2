#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vrlt::algorithm {

struct AggregationConfig {
  std::string mode = "token_mean";      ///< A row of the table below.
  std::optional<int64_t> const_length;  ///< The length that const and sum_const divide by.
  /// count: a row without tokens is a row of loss 0; drop: it is no row.
  std::string empty_rows = "count";
};

/// Counts of a whole optimizer step, over all micro-batches and ranks: the denominators of every
/// loss.
struct StepCounts {
  int64_t tokens = 0;
  int64_t rows = 0;
  int64_t micro_batches = 0;
};

/// The counts of one micro-batch, to be added up.
StepCounts counts_of(const std::vector<int64_t>& row_lengths, const AggregationConfig& config);

/// What a mode may divide by; none is 0.
struct Denominators {
  double row_tokens, micro_batch_tokens, tokens, rows, micro_batches, const_length;
};

/// One row of the table of aggregations: how much a token counts in the loss.
struct AggregationEntry {
  const char* name;
  const char* help;
  double (*weight)(const Denominators& d);
  bool needs_const_length;
};

/// Each is a plain sum over the step once tokens are weighted, so that the loss does not depend on
/// how a step is cut into micro-batches and ranks; local_token_mean, which others have, is the
/// exception. Source: token_mean DAPO, arXiv:2503.14476; seq_mean_token_mean GRPO,
/// arXiv:2402.03300; const Dr. GRPO, arXiv:2503.20783.
std::span<const AggregationEntry> aggregation_table();

/// What each token of a row of a micro-batch counts: one number per row.
/// @param row_lengths  of the micro-batch. @param counts  of the whole step.
/// @throws ConfigError for an unknown mode; ContractError without the const_length that the mode
/// needs.
std::vector<double> row_weights(const std::vector<int64_t>& row_lengths, const StepCounts& counts,
                                const AggregationConfig& config);

}  // namespace vrlt::algorithm
