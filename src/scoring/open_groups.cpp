#include "scoring/open_groups.h"

#include <utility>

#include "vrlt/core/random.h"

namespace vrlt::scoring {

void GroupSizes::count(const std::string& id) { ++sizes_[stable_hash(id)]; }

uint64_t GroupSizes::of(const std::string& id) const {
  const auto found = sizes_.find(stable_hash(id));
  return found == sizes_.end() ? 0 : found->second;
}

OpenGroups::OpenGroups(const GroupSizes& sizes, const rewards::RewardFunction& reward,
                       std::function<void(ScoredCompletion& completion)> done)
    : sizes_(sizes), reward_(reward), done_(std::move(done)) {}

void OpenGroups::add(ScoredCompletion completion) {
  constexpr size_t kGroupsAtATime = 64;  // a reward may work on as many of them at once
  const auto id = completion.sample->id;
  auto& group = open_[id];
  group.push_back(first_ + waiting_.size());
  waiting_.push_back({std::move(completion)});
  if (group.size() != sizes_.of(id)) return;
  whole_.push_back(std::move(group));
  open_.erase(id);
  if (whole_.size() == kGroupsAtATime) score_whole_groups();
}

void OpenGroups::finish() { score_whole_groups(); }

rewards::ResponseGroup OpenGroups::responses_of(const std::vector<uint64_t>& group) {
  rewards::ResponseGroup responses;
  for (const auto number : group) {
    const auto& c = at(number).completion;
    (c.control ? responses.control : responses.responses)
        .push_back({*c.sample, c.text, c.num_tokens, c.truncated});
  }
  return responses;
}

void OpenGroups::score_whole_groups() {
  std::vector<rewards::ResponseGroup> batch;
  for (const auto& group : whole_) batch.push_back(responses_of(group));
  auto scores = reward_.score(batch);
  for (size_t i = 0; i < whole_.size(); ++i) {
    auto next = scores[i].responses.begin();
    for (const auto number : whole_[i]) {
      auto& waiting = at(number);
      if (!waiting.completion.control) waiting.completion.scored = std::move(*next++);
      waiting.is_scored = true;
    }
  }
  whole_.clear();
  for (; !waiting_.empty() && waiting_.front().is_scored; ++first_) {
    done_(waiting_.front().completion);
    waiting_.pop_front();
  }
}

}  // namespace vrlt::scoring
