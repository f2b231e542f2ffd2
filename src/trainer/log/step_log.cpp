#include "trainer/log/step_log.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "trainer/log/earlier_lines.h"
#include "vrlt/distributed/gathered_records.h"
#include "vrlt/io/own_json.h"
#include "vrlt/metrics/metric_writer.h"
#include "vrlt/trainer/log/rollout_log.h"

namespace vrlt::trainer {
namespace {

/// A line of the log and the prompt it is about.
struct PlacedLine {
  int64_t position = 0;
  std::string text;
};

template <typename Visitor, typename Row>
requires std::is_same_v<std::remove_const_t<Row>, PlacedLine>
void visit_fields(Visitor& visit, Row& row) {
  auto& [position, text] = row;
  visit(position, text);
}

std::vector<double> advantages_of(const ScoredGroup& scored, const ByResponse<double>& advantages) {
  std::vector<double> own;
  for (int64_t number = 0; number < std::ssize(scored.scores); ++number)
    own.push_back(value_of(advantages, {scored.position, number}, "advantage"));
  return own;
}

}  // namespace

StepLog::StepLog(const TrainingParts& parts, const char* name, int64_t first_step,
                 bool has_every_step) {
  if (!parts.group.is_first()) return;
  const auto path = parts.run_folder / name;
  const auto last = metrics::keep_steps_up_to(path, first_step);
  if (has_every_step && parts.config.logged_rollouts > 0 && last == 0)
    warn_of_missing_lines(path, last, first_step);
  file_.emplace(path);
}

void StepLog::append(const io::Json& line) {
  if (file_) file_->append(line);
}

void StepLog::sync() {
  if (file_) file_->sync();
}

std::vector<io::Json> gather_records(const TrainingParts& parts,
                                     const std::vector<ScoredGroup>& groups,
                                     const std::vector<rewards::RewardTerm>& terms,
                                     const ByResponse<double>& advantages, int64_t step) {
  const auto count = static_cast<size_t>(parts.config.logged_rollouts);
  std::vector<PlacedLine> own;
  for (size_t i = 0; i < std::min(groups.size(), count); ++i) {
    io::Json line = {{"step", step + 1}};
    line.update(rollout_record(*groups[i].sample, groups[i].group, terms, groups[i].scores,
                               advantages_of(groups[i], advantages)));
    own.push_back({groups[i].position, io::to_line(line)});
  }
  auto lines = distributed::gathered_records(own, parts.group);
  if (!parts.group.is_first()) return {};
  std::sort(lines.begin(), lines.end(),
            [](const auto& a, const auto& b) { return a.position < b.position; });
  std::vector<io::Json> records;
  for (size_t i = 0; i < std::min(lines.size(), count); ++i)
    records.push_back(io::parse_json(lines[i].text, "a rollout of a rank", io::kOwnJson));
  return records;
}

io::Json update_line(int64_t step, int64_t number, const metrics::MetricSet& metrics) {
  io::Json line = {{"step", step + 1}, {"update", number + 1}};
  for (const auto& [name, value] : metrics.values())
    line[name] = std::isfinite(value) ? io::Json(value) : io::Json(nullptr);
  return line;
}

}  // namespace vrlt::trainer
