#include "trainer/log/alarm_log.h"

#include <map>

#include "trainer/step/scored_group.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"

namespace vrlt::trainer {
namespace {

constexpr int64_t kFewLabels = 6;  // fewer may be the same by chance

}  // namespace

std::vector<TrainingAlarm> label_alarms(const std::vector<data::Sample>& samples) {
  std::map<std::string, std::map<std::string, int64_t>> counts;  // task -> label -> samples
  for (const auto& sample : samples)
    if (const auto label = truth_label(sample); !label.empty())
      ++counts[data::to_string(sample.task)][label];
  std::vector<TrainingAlarm> alarms;
  for (const auto& [task, labels] : counts) {
    const auto& [label, count] = *labels.begin();
    if (labels.size() > 1 || count < kFewLabels) continue;
    alarms.push_back({"labels/" + task,
                      concat("the right answer of all ", count, " ", task, " samples is ", label,
                             ": who always says it earns all there is; shuffle the options, or mix "
                             "in other samples")});
  }
  return alarms;
}

AlarmLog::AlarmLog(const TrainingParts& parts, int64_t first_step)
    : is_first_(parts.group.is_first()),
      file_(parts, "alarms.jsonl", first_step, /*has_every_step=*/false) {
  const auto alarms = label_alarms(parts.samples);
  if (first_step == 0)
    tell(0, alarms);
  else if (is_first_)
    for (const auto& alarm : alarms) log::warning(alarm.text);
}

void AlarmLog::tell(int64_t steps_done, const std::vector<TrainingAlarm>& alarms) {
  if (!is_first_) return;
  for (const auto& alarm : alarms) {
    log::warning(alarm.text);
    file_.append({{"step", steps_done}, {"kind", alarm.kind}, {"text", alarm.text}});
  }
}

}  // namespace vrlt::trainer
