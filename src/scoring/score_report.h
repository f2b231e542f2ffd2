#pragma once

#include <memory>
#include <string>
#include <vector>

#include "vrlt/rewards/reward_function.h"

namespace vrlt::scoring {

/// One line of the completions with all that is known about it.
struct ScoredCompletion {
  std::string place;  ///< "file:line"
  std::shared_ptr<const data::Sample> sample;
  std::string text;
  int64_t num_tokens = 0;
  bool truncated = false, control = false;
  /// Name of a term or "total", and the value.
  std::vector<std::pair<std::string, double>> expected;
  rewards::ScoredResponse scored;  ///< Empty for a control.
  /// One sentence for each expected value that is not met.
  std::vector<std::string> misses;
};

/// One line of JSON.
std::string score_line(const ScoredCompletion& completion,
                       const std::vector<rewards::RewardTerm>& terms);

/// A block of text for a terminal: the response, the truth, then each component with its value,
/// weight, what was read and why it is 0.
std::string score_explanation(const ScoredCompletion& completion,
                              const std::vector<rewards::RewardTerm>& terms);

/// A JUnit XML document with a test case for each completion; one with misses has failed.
class JunitReport {
 public:
  void add(const ScoredCompletion& completion, const std::vector<rewards::RewardTerm>& terms);
  std::string text() const;

 private:
  size_t tests_ = 0, failures_ = 0;
  std::string cases_;
};

}  // namespace vrlt::scoring
