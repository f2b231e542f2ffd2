#include "vrlt/selection_run/sample_summary.h"

#include <algorithm>
#include <utility>

#include "vrlt/core/error.h"
#include "vrlt/core/interval.h"
#include "vrlt/rewards/reward_table.h"
#include "vrlt/selection/sample_key.h"

namespace vrlt::selection_run {
namespace {

/// Halves of a grounded answer, among the numbers behind a reward.
// name, continuous
constexpr std::pair<const char*, bool> kHalves[] = {{"option", false}, {"iou", true}};

/// What the values of a reward are. Those of a command are stored beside each of them: no table has
/// them, and the command need not be there when a selection is made again.
struct ValueKind {
  bool accuracy, continuous, of_command;
};

ValueKind kind_of(const std::string& name, const io::Json& component) {
  if (component.contains("continuous"))
    return {component.at("accuracy").get<bool>(), component.at("continuous").get<bool>(), true};
  const auto& entry = rewards::find_reward(name);
  return {entry.accuracy, entry.continuous, false};
}

int64_t num_accuracies(const io::Json& response) {
  int64_t count = 0;
  for (const auto& [name, component] : response.at("components").items())
    count += kind_of(name, component).accuracy;
  return count;
}

/// An accuracy of this run that applies to the task has values between 0 and 1, or several are
/// averaged.
bool is_continuous(const io::Json& responses) {
  for (const auto& response : responses) {
    if (num_accuracies(response) > 1) return true;
    for (const auto& [name, component] : response.at("components").items())
      if (const auto kind = kind_of(name, component); kind.accuracy && kind.continuous) return true;
  }
  return false;
}

bool is_parsed(const io::Json& response) {
  for (const auto& [name, component] : response.at("components").items()) {
    const auto& word = component.at("reason").get_ref<const std::string&>();
    // a command may say words of its own, which say nothing about reading
    if (kind_of(name, component).of_command && !reading::find_reason(word)) continue;
    if (rewards::is_parse_failure(rewards::find_reason(word))) return false;
  }
  return true;
}

/// Appends to the rewards of a part; those before it that had none are 0: nothing could be read.
void add_to_part(io::Json& parts, const std::string& name, bool continuous, size_t response,
                 double value) {
  auto& part = parts[name];
  if (part.is_null())
    part = {{"mode", continuous ? "continuous" : "discrete"}, {"rewards", io::Json::array()}};
  while (part["rewards"].size() < response) part["rewards"].push_back(0.0);
  part["rewards"].push_back(value);
}

void fill_parts(io::Json& parts, size_t num_responses) {
  for (auto& part : parts)
    while (part["rewards"].size() < num_responses) part["rewards"].push_back(0.0);
}

/// Where several numbers make up the accuracy, each by itself.
io::Json parts_of(const io::Json& responses) {
  io::Json parts = io::Json::object();
  for (size_t k = 0; k < responses.size(); ++k) {
    const bool several = num_accuracies(responses[k]) > 1;
    for (const auto& [name, component] : responses[k].at("components").items()) {
      const auto kind = kind_of(name, component);
      if (several && kind.accuracy)
        add_to_part(parts, name, kind.continuous, k, component.at("value").get<double>());
      if (several || !component.contains("extra")) continue;
      for (const auto& [half, continuous] : kHalves)
        if (component["extra"].contains(half))
          add_to_part(parts, half, continuous, k, component["extra"][half].get<double>());
    }
  }
  fill_parts(parts, responses.size());
  return parts;
}

selection::RewardStatistics reward_of(const io::Json& list) {
  return selection::reward_statistics(list.at("rewards").get<std::vector<double>>(),
                                      list.at("mode") == "continuous");
}

void describe(const data::Sample& sample, selection::SampleStatistics& s) {
  s.id = sample.id;
  s.key = selection::sample_key(sample);
  s.task = data::to_string(sample.task);
  s.source = sample.source;
  s.video = sample.cluster;
  s.num_options = static_cast<int64_t>(sample.options.size());
  const auto end = sample.clip_end ? sample.clip_end : sample.duration;
  if (end && *end > sample.clip_start) s.duration = *end - sample.clip_start;
  if (!s.duration || sample.segments.empty()) return;
  double covered = 0.0;
  for (const auto& span : merge_intervals(sample.segments)) covered += span.length();
  s.gt_fraction = covered / *s.duration;
}

bool is_of_table(const std::string& name) {
  const auto table = rewards::reward_table();
  return std::any_of(table.begin(), table.end(),
                     [&](const auto& entry) { return name == entry.name; });
}

}  // namespace

void write_score(const rewards::RewardFunction& reward, const rewards::ScoredResponse& score,
                 io::Json& response) {
  const auto& terms = reward.terms();
  response["reward"] = score.total;
  auto components = io::Json::object();
  std::string answer;
  for (size_t c = 0; c < terms.size(); ++c) {
    const auto& component = score.components[c];
    if (!component.applicable) continue;
    if (answer.empty()) answer = component.read;
    io::Json stored = {{"value", component.value}, {"reason", component.reason.word}};
    if (!is_of_table(terms[c].name)) {
      stored["accuracy"] = reward.entry(c).accuracy;
      stored["continuous"] = reward.entry(c).continuous;
    }
    for (const auto& [name, value] : component.extra) stored["extra"][name] = value;
    components[terms[c].name] = std::move(stored);
  }
  response["components"] = std::move(components);
  response["accuracy"] = score.accuracy;
  response["answer"] = answer;
}

io::Json summary_of(const io::Json& line) {
  io::Json summary = {{"mode", ""},
                      {"rewards", io::Json::array()},
                      {"answers", io::Json::array()},
                      {"n_parsed", 0},
                      {"n_truncated", 0},
                      {"n_tokens", 0}};
  int64_t parsed = 0, truncated = 0, tokens = 0;
  try {
    const auto& responses = line.at("responses");
    for (const auto& response : responses) {
      summary["rewards"].push_back(response.at("accuracy").get<double>());
      summary["answers"].push_back(response.value("answer", ""));
      parsed += is_parsed(response);
      truncated += response.at("finish") == "length";
      tokens += response.at("tokens").get<int64_t>();
    }
    summary["mode"] = is_continuous(responses) ? "continuous" : "discrete";
    if (auto parts = parts_of(responses); !parts.empty()) summary["parts"] = std::move(parts);
  } catch (const nlohmann::json::exception& error) {
    throw DataError(
        concat("the stored responses to ", io::excerpt(line.value("id", "")), ": ", error.what()));
  }
  summary["n_parsed"] = parsed;
  summary["n_truncated"] = truncated;
  summary["n_tokens"] = tokens;
  return summary;
}

io::Json joined(const io::Json& first, const io::Json& more) {
  auto both = first;
  if (more.at("mode") == "continuous") both["mode"] = "continuous";
  for (const char* list : {"rewards", "answers"})
    for (const auto& item : more.at(list)) both[list].push_back(item);
  for (const char* count : {"n_parsed", "n_truncated", "n_tokens"})
    both[count] = first.at(count).get<int64_t>() + more.at(count).get<int64_t>();
  if (more.contains("parts"))
    for (const auto& [name, part] : more["parts"].items())
      for (size_t k = 0; k < part["rewards"].size(); ++k)
        add_to_part(both["parts"], name, part["mode"] == "continuous",
                    first.at("rewards").size() + k, part["rewards"][k].get<double>());
  if (both.contains("parts")) fill_parts(both["parts"], both["rewards"].size());
  return both;
}

selection::SampleStatistics statistics_of(const io::Json& summary, const data::Sample& sample) {
  selection::SampleStatistics s;
  describe(sample, s);
  try {
    s.reward = reward_of(summary);
    if (summary.contains("parts"))
      for (const auto& [name, part] : summary["parts"].items()) s.parts[name] = reward_of(part);
    s.answers = summary.at("answers").get<std::vector<std::string>>();
    s.num_parsed = summary.at("n_parsed").get<int64_t>();
    s.num_truncated = summary.at("n_truncated").get<int64_t>();
    s.mean_length = static_cast<double>(summary.at("n_tokens").get<int64_t>()) /
                    static_cast<double>(s.reward.draws());
  } catch (const nlohmann::json::exception& error) {
    throw DataError(concat("the stored responses to ", sample.id, ": ", error.what()));
  }
  return s;
}

}  // namespace vrlt::selection_run
