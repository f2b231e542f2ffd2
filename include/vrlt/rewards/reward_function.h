#pragma once

#include <memory>
#include <string>
#include <vector>

#include "vrlt/rewards/reward_table.h"

namespace vrlt::rewards {

/// The outcome of all terms on one response.
struct ScoredResponse {
  std::vector<RewardOutput> components;  ///< In the order of the terms.
  double total = 0.0;                    ///< Sum of weight * value over applicable terms.
  bool scorable = true;                  ///< false when no term applies.
  /// The same sum over accuracy terms only, divided by their weights: in [0, 1].
  double accuracy = 0.0;
};

/// All responses to one prompt.
struct ResponseGroup {
  std::vector<RewardInput> responses;
  /// Responses to the same frames in random order, which earn nothing themselves; may be empty.
  std::vector<RewardInput> control = {};
};

/// What they earn.
struct GroupScores {
  std::vector<ScoredResponse> responses;
  std::vector<double> control_accuracies;  ///< ScoredResponse::accuracy of each of the control.
};

/// The weighted sum of rewards (sum_then_normalize, docs/spec/grpo.md#rewards-to-advantages).
class RewardFunction {
 public:
  /// @param terms    presets are replaced by their terms.
  /// @param options  of the terms that bring none.
  /// @throws ConfigError for an unknown name or option.
  explicit RewardFunction(const std::vector<RewardTerm>& terms, const RewardOptions& options = {});

  /// One response by itself: rewards that compare responses do not apply.
  ScoredResponse operator()(const RewardInput& input) const;

  /// All responses to several prompts: each reward is asked once for all of them.
  std::vector<GroupScores> score(const std::vector<ResponseGroup>& batch) const;

  /// All responses to one prompt.
  std::vector<ScoredResponse> score_group(const std::vector<RewardInput>& responses,
                                          const std::vector<RewardInput>& control = {}) const;

  const std::vector<RewardTerm>& terms() const { return terms_; }
  /// What is known of the values of a term.
  const RewardEntry& entry(size_t term) const { return *parts_.at(term).entry; }
  /// Whether a term applies only with a control.
  bool needs_control() const;

 private:
  /// A term with what the table says of it and what it made.
  struct Part {
    const RewardEntry* entry;
    std::unique_ptr<Scorer> scorer;
  };

  static std::vector<std::vector<RewardOutput>> ask(const Part& part,
                                                    std::span<const GroupInput> batch);
  std::vector<std::vector<ScoredResponse>> score_alone(std::span<const GroupInput> batch) const;
  void compare(const std::vector<ResponseGroup>& batch, std::vector<GroupScores>& scores) const;
  void add_up(ScoredResponse& scored) const;

  std::vector<RewardTerm> terms_;
  std::vector<Part> parts_;  ///< Of each term.
};

}  // namespace vrlt::rewards
