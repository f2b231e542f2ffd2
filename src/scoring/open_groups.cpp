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
  const auto id = completion.sample->id;
  auto& group = open_[id];
  group.push_back(first_ + waiting_.size());
  waiting_.push_back({std::move(completion)});
  if (group.size() == sizes_.of(id)) {
    score(group);
    open_.erase(id);
  }
  for (; !waiting_.empty() && waiting_.front().is_scored; ++first_) {
    done_(waiting_.front().completion);
    waiting_.pop_front();
  }
}

void OpenGroups::score(const std::vector<uint64_t>& group) {
  std::vector<rewards::RewardInput> responses, control;
  for (const auto number : group) {
    const auto& c = at(number).completion;
    (c.control ? control : responses).push_back({*c.sample, c.text, c.num_tokens, c.truncated});
  }
  auto scores = reward_.score_group(responses, control);
  auto next = scores.begin();
  for (const auto number : group) {
    auto& waiting = at(number);
    if (!waiting.completion.control) waiting.completion.scored = std::move(*next++);
    waiting.is_scored = true;
  }
}

}  // namespace vrlt::scoring
