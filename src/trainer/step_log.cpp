#include "trainer/step_log.h"

#include <cmath>
#include <map>

#include "trainer/earlier_lines.h"
#include "vrlt/io/own_json.h"
#include "vrlt/metrics/metric_writer.h"
#include "vrlt/trainer/rollout_log.h"

namespace vrlt::trainer {

StepLog::StepLog(const TrainingParts& parts, const char* name, int64_t first_step, bool has_every_step) {
  if (!parts.group.is_first()) return;
  const auto path = parts.run_folder / name;
  const auto last = metrics::keep_steps_up_to(path, first_step);
  if (has_every_step && parts.config.logged_rollouts > 0 && last == 0) warn_of_missing_lines(path, last, first_step);
  file_.emplace(path);
}

void StepLog::append(const io::Json& line) {
  if (file_) file_->append(line);
}

void StepLog::sync() {
  if (file_) file_->sync();
}

std::vector<io::Json> gather_records(const TrainingParts& parts, const std::vector<ScoredGroup>& groups,
                                     const std::vector<rewards::RewardTerm>& terms, int64_t step) {
  const auto count = static_cast<size_t>(parts.config.logged_rollouts);
  io::Json own = io::Json::array();
  for (size_t i = 0; i < std::min(groups.size(), count); ++i) {
    io::Json line = {{"step", step + 1}};
    line.update(rollout_record(*groups[i].sample, groups[i].group, terms, groups[i].scores, groups[i].advantages));
    own.push_back({{"position", groups[i].position}, {"line", std::move(line)}});
  }
  const auto of_ranks = parts.group.all_gather(io::to_line(own));
  if (!parts.group.is_first()) return {};
  std::map<int64_t, io::Json> by_position;
  for (const auto& text : of_ranks)
    for (auto& record : io::parse_json(text, "rollout records of a rank", io::kOwnJson))
      by_position[record["position"].get<int64_t>()] = std::move(record["line"]);
  std::vector<io::Json> records;
  for (auto& [position, line] : by_position)
    if (records.size() < count) records.push_back(std::move(line));
  return records;
}

io::Json update_line(int64_t step, int64_t number, const metrics::MetricSet& metrics) {
  io::Json line = {{"step", step + 1}, {"update", number + 1}};
  for (const auto& [name, value] : metrics.values()) line[name] = std::isfinite(value) ? io::Json(value) : io::Json(nullptr);
  return line;
}

}  // namespace vrlt::trainer
