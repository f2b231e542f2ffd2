#pragma once

#include <string>
#include <vector>

#include "vrlt/data/sample.h"
#include "vrlt/distributed/process_group.h"
#include "vrlt/rewards/reward_function.h"
#include "vrlt/rollout/rollout.h"
#include "vrlt/trainer/step/response_key.h"

namespace vrlt::trainer {

/// A prompt of the step with everything known about it before the update.
struct ScoredGroup {
  int64_t position = 0;  ///< Of the prompt in the order of samples of the whole run.
  const data::Sample* sample = nullptr;
  rollout::RolloutGroup group;
  std::vector<rewards::ScoredResponse> scores;
};

/// One response of the step as every rank knows it.
struct ResponseRow {
  int64_t position = 0, number = 0;  ///< Of the prompt; of the response in its group.
  std::string sample_id;
  std::vector<double> components;  ///< One per reward term; NaN: does not apply.
  double total = 0.0;              ///< NaN: unscorable.
  int64_t length = 0;
  bool truncated = false;
  double divergence = 0.0;  ///< From the reference, summed over tokens; 0 where it is not needed.
  /// Where the right answer is one of a few labels: it, and the one that was read; empty otherwise.
  std::string truth, label;

  ResponseKey key() const { return {position, number}; }
};

/// The right answer where it is one of a few labels: the letter of an option, yes or no. Empty
/// otherwise.
std::string truth_label(const data::Sample& sample);

/// The responses of all ranks in the order of (position, number), whichever rank holds them: what
/// is computed from them is the same to the last bit on any number of ranks.
/// @param divergences  of all responses of `own`, or empty. @throws ContractError naming one that
/// is missing.
std::vector<ResponseRow> gather_rows(const std::vector<ScoredGroup>& own,
                                     const ByResponse<double>& divergences,
                                     distributed::ProcessGroup& group);

/// The same for rows that a rank has in any order, groups split among ranks too.
std::vector<ResponseRow> gather_rows(const std::vector<ResponseRow>& own,
                                     distributed::ProcessGroup& group);

}  // namespace vrlt::trainer
