#include "trainer/streams/group_accuracy.h"

#include <algorithm>
#include <type_traits>

#include "vrlt/core/error.h"
#include "vrlt/distributed/gathered_records.h"

namespace vrlt::trainer {
namespace {

/// What crosses ranks of a GroupAccuracy: the rest is computed from it.
struct AccuracyRow {
  int64_t position = 0, sample = 0;
  std::vector<double> rewards;
  bool continuous = false;
};

template <typename Visitor, typename Row>
requires std::is_same_v<std::remove_const_t<Row>, AccuracyRow>
void visit_fields(Visitor& visit, Row& row) {
  auto& [position, sample, rewards, continuous] = row;
  visit(position, sample, rewards, continuous);
}

}  // namespace

selection::RewardStatistics accuracy_of(const ScoredGroup& scored,
                                        const rewards::RewardFunction& reward) {
  const size_t num_terms = reward.terms().size();
  std::vector<double> accuracies;
  bool continuous = false;
  for (const auto& score : scored.scores) {
    accuracies.push_back(score.accuracy);
    VRLT_CHECK(score.components.size() == num_terms, score.components.size(), " rewards of ",
               num_terms, " terms");
    int64_t applying = 0;
    for (size_t c = 0; c < score.components.size(); ++c) {
      const auto& entry = reward.entry(c);
      if (!score.components[c].applicable || !entry.accuracy) continue;
      continuous = continuous || entry.continuous || ++applying > 1;
    }
  }
  return selection::reward_statistics(std::move(accuracies), continuous);
}

std::vector<GroupAccuracy> gather_accuracies(const std::vector<GroupAccuracy>& own,
                                             distributed::ProcessGroup& group) {
  std::vector<AccuracyRow> rows;
  for (const auto& [prompt, accuracy] : own)
    rows.push_back({prompt.position, prompt.sample, accuracy.rewards, accuracy.continuous});
  std::vector<GroupAccuracy> all;
  for (auto& row : distributed::gathered_records(rows, group))
    all.push_back({{row.position, row.sample},
                   selection::reward_statistics(std::move(row.rewards), row.continuous)});
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.prompt.position < b.prompt.position; });
  return all;
}

}  // namespace vrlt::trainer
