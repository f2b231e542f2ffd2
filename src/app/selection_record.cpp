#include "app/selection_record.h"

#include <algorithm>
#include <map>

#include "vrlt/core/error.h"
#include "vrlt/trainer/reward_section.h"
#include "vrlt/trainer/rollout_log.h"

namespace vrlt::app {
namespace {

/// Halves of a grounded answer, among the numbers behind a reward.
constexpr std::pair<const char*, bool> kHalves[] = {{"option", false}, {"iou", true}};  // name, continuous

struct RewardList {
  bool continuous = false;
  std::vector<double> values;
};

/// A reward of this run that applies to the task has values between 0 and 1.
bool is_continuous(const io::Json& responses) {
  for (const auto& response : responses)
    for (const auto& [name, component] : response.at("components").items())
      if (rewards::find_reward(name).continuous) return true;
  return false;
}

bool is_parsed(const io::Json& response) {
  for (const auto& [name, component] : response.at("components").items())
    if (rewards::is_parse_failure(component.at("reason").get_ref<const std::string&>())) return false;
  return true;
}

/// Where several numbers make up the accuracy, each by itself.
std::map<std::string, selection::RewardStatistics> parts_of(const io::Json& responses) {
  std::map<std::string, RewardList> lists;
  for (const auto& response : responses)
    for (const auto& [name, component] : response.at("components").items()) {
      const auto& entry = rewards::find_reward(name);
      if (!entry.accuracy) continue;
      auto& list = lists[name];
      list.continuous = entry.continuous;
      list.values.push_back(component.at("value").get<double>());
      for (const auto& [half, continuous] : kHalves) {
        if (!component.contains("extra") || !component["extra"].contains(half)) continue;
        lists[half].continuous = continuous;
        lists[half].values.push_back(component["extra"][half].get<double>());
      }
    }
  std::map<std::string, selection::RewardStatistics> parts;
  if (lists.size() < 2) return parts;
  for (auto& [name, list] : lists) {
    list.values.resize(responses.size(), 0.0);  // nothing could be read of the others
    parts[name] = selection::reward_statistics(std::move(list.values), list.continuous);
  }
  return parts;
}

void describe(const data::Sample& sample, selection::SampleStatistics& s) {
  s.id = sample.id;
  s.task = data::to_string(sample.task);
  s.source = sample.source;
  s.video = sample.cluster;
  s.num_options = static_cast<int64_t>(sample.options.size());
  const auto end = sample.clip_end ? sample.clip_end : sample.duration;
  if (end && *end > sample.clip_start) s.duration = *end - sample.clip_start;
  if (!s.duration || sample.segments.empty()) return;
  double covered = 0.0;
  for (const auto& span : sample.segments) covered += span.end_seconds - span.start_seconds;
  s.gt_fraction = covered / *s.duration;
}

}  // namespace

io::Json rollout_line(const data::Sample& sample, const rollout::RolloutGroup& group, const rewards::RewardFunction& reward) {
  const auto scores = reward.score_group(trainer::reward_inputs(sample, group));
  auto line = trainer::rollout_record(sample, group, reward.terms(), scores, {});
  for (size_t k = 0; k < scores.size(); ++k) {
    auto& response = line["responses"][k];
    response["accuracy"] = scores[k].accuracy;
    std::string answer;
    for (size_t c = 0; c < reward.terms().size(); ++c) {
      const auto& component = scores[k].components[c];
      if (!component.applicable) continue;
      if (answer.empty()) answer = component.read;
      for (const auto& [name, value] : component.extra) response["components"][reward.terms()[c].name]["extra"][name] = value;
    }
    response["answer"] = answer;
  }
  return line;
}

selection::SampleStatistics statistics_of(const io::Json& line, const data::Sample& sample) {
  selection::SampleStatistics s;
  describe(sample, s);
  try {
    const auto& responses = line.at("responses");
    std::vector<double> rewards;
    for (const auto& response : responses) {
      rewards.push_back(response.at("accuracy").get<double>());
      s.answers.push_back(response.value("answer", ""));
      s.num_parsed += is_parsed(response);
      s.num_truncated += response.at("finish") == "length";
      s.mean_length += response.at("tokens").get<double>() / static_cast<double>(responses.size());
    }
    if (rewards.empty()) throw DataError("no responses");
    s.reward = selection::reward_statistics(std::move(rewards), is_continuous(responses));
    s.parts = parts_of(responses);
  } catch (const nlohmann::json::exception& error) {
    throw DataError(concat("the stored responses to ", sample.id, ": ", error.what()));
  }
  return s;
}

}  // namespace vrlt::app
