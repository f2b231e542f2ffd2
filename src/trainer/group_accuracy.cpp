#include "trainer/group_accuracy.h"

#include <algorithm>

#include "vrlt/core/error.h"
#include "vrlt/io/own_json.h"

namespace vrlt::trainer {

selection::RewardStatistics accuracy_of(const ScoredGroup& scored, const rewards::RewardFunction& reward) {
  const size_t num_terms = reward.terms().size();
  std::vector<double> accuracies;
  bool continuous = false;
  for (const auto& score : scored.scores) {
    accuracies.push_back(score.accuracy);
    VRLT_CHECK(score.components.size() == num_terms, score.components.size(), " rewards of ", num_terms, " terms");
    int64_t applying = 0;
    for (size_t c = 0; c < score.components.size(); ++c) {
      const auto& entry = reward.entry(c);
      if (!score.components[c].applicable || !entry.accuracy) continue;
      continuous = continuous || entry.continuous || ++applying > 1;
    }
  }
  return selection::reward_statistics(std::move(accuracies), continuous);
}

std::vector<GroupAccuracy> gather_accuracies(const std::vector<GroupAccuracy>& own, distributed::ProcessGroup& group) {
  io::Json lines = io::Json::array();
  for (const auto& [prompt, accuracy] : own) lines.push_back({prompt.position, prompt.sample, accuracy.rewards, accuracy.continuous});
  std::vector<GroupAccuracy> all;
  for (const auto& text : group.all_gather(io::to_line(lines)))
    for (const auto& line : io::parse_json(text, "accuracies of a rank", io::kOwnJson))
      all.push_back(
          {{line[0].get<int64_t>(), line[1].get<int64_t>()}, selection::reward_statistics(line[2].get<std::vector<double>>(), line[3].get<bool>())});
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.prompt.position < b.prompt.position; });
  return all;
}

}  // namespace vrlt::trainer
