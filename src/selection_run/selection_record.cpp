#include "vrlt/selection_run/selection_record.h"

#include "vrlt/trainer/log/rollout_log.h"

namespace vrlt::selection_run {

io::Json rollout_line(const data::Sample& sample, const rollout::RolloutGroup& group,
                      const rewards::RewardFunction& reward,
                      const std::vector<rewards::ScoredResponse>& scores) {
  auto line = trainer::rollout_record(sample, group, reward.terms(), scores, {});
  for (size_t k = 0; k < scores.size(); ++k) write_score(reward, scores[k], line["responses"][k]);
  return line;
}

}  // namespace vrlt::selection_run
