#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "scoring/score_report.h"

namespace vrlt::scoring {

/// How many completions each id has.
class GroupSizes {
 public:
  void count(const std::string& id);
  uint64_t of(const std::string& id) const;

 private:
  std::unordered_map<uint64_t, uint64_t> sizes_;  ///< By a hash of the id.
};

/// Completions between the file and what is printed about them. Those of one id are a group,
/// wherever they stand, and are scored some groups at a time once their last ones were read; they
/// leave in the order of the file. Memory is that of the groups that are open at a time.
class OpenGroups {
 public:
  /// @param done  called for each completion once it is scored. Everything outlives the object.
  OpenGroups(const GroupSizes& sizes, const rewards::RewardFunction& reward,
             std::function<void(ScoredCompletion& completion)> done);

  void add(ScoredCompletion completion);
  /// After the last one.
  void finish();

 private:
  struct Waiting {
    ScoredCompletion completion;
    bool is_scored = false;
  };

  void score_whole_groups();
  rewards::ResponseGroup responses_of(const std::vector<uint64_t>& group);
  Waiting& at(uint64_t number) { return waiting_[number - first_]; }

  const GroupSizes& sizes_;
  const rewards::RewardFunction& reward_;
  std::function<void(ScoredCompletion& completion)> done_;
  std::deque<Waiting> waiting_;
  /// Number of the first that waits.
  uint64_t first_ = 0;
  /// Numbers of the completions of an id.
  std::unordered_map<std::string, std::vector<uint64_t>> open_;
  std::vector<std::vector<uint64_t>> whole_;  ///< The same of ids that have all of theirs.
};

}  // namespace vrlt::scoring
