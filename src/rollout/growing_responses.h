#pragma once

#include <cstdint>
#include <vector>

#include "vrlt/model/vision_language_model.h"
#include "vrlt/rollout/rollout_engine.h"

namespace vrlt::rollout {

/// The responses of one generate(): which of them grow, which prompts wait, and who draws.
class GrowingResponses {
 public:
  struct Row {
    size_t prompt, response;
  };

  /// @param groups  with empty responses, which receive the tokens.
  GrowingResponses(const GenerationConfig& config, const std::vector<int64_t>& stop_ids,
                   std::vector<RolloutGroup>& groups);

  /// Prompts that are decoded together, at least one.
  size_t num_places() const;
  bool has_waiting() const { return waiting_ < groups_.size(); }

  /// The next waiting prompts, `count` at most; their responses become the last rows.
  std::vector<model::PromptGroup> start(size_t count);

  /// In the order of the rows of the cache.
  const std::vector<Row>& rows() const { return rows_; }
  const Response& response(const Row& row) const {
    return groups_[row.prompt].responses[row.response];
  }

  /// What draws the token of a row that comes after `ahead` others.
  double uniform(const Row& row, int64_t ahead = 0) const;

  /// @return whether the response goes on; not after a stop token, or at the limit of its length.
  /// @throws NotFiniteError  for a log-prob that is not finite, naming the sample.
  bool add_token(const Row& row, int64_t id, float log_prob);

  /// Keeps the rows of these indices, which ascend.
  void keep_rows(const std::vector<int64_t>& kept);

 private:
  const GenerationConfig& config_;
  const std::vector<int64_t>& stop_ids_;
  std::vector<RolloutGroup>& groups_;
  std::vector<uint64_t> keys_;  ///< Who draws, per prompt.
  size_t waiting_ = 0;          ///< First prompt that was not started yet.
  std::vector<Row> rows_;
};

}  // namespace vrlt::rollout
