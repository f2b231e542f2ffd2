#include "vrlt/evaluation/results.h"

#include <map>

#include "vrlt/core/error.h"
#include "vrlt/evaluation/benchmark.h"
#include "vrlt/evaluation/bootstrap.h"
#include "vrlt/rewards/answer_parser.h"

namespace vrlt::evaluation {
namespace {

io::Json to_json(const Estimate& estimate) {
  return {{"value", estimate.mean}, {"se", estimate.standard_error}, {"ci95", {estimate.low, estimate.high}}, {"n", estimate.count}};
}

std::map<std::string, const Answer*> by_id(const std::vector<Answer>& answers) {
  std::map<std::string, const Answer*> index;
  for (const auto& answer : answers) index[answer.id] = &answer;
  return index;
}

/// Values of each metric with the cluster of their samples, in the order of first mention.
class MetricTable {
 public:
  void add(const std::string& name, double value, const std::string& cluster) {
    if (values_.count(name) == 0) names_.push_back(name);
    values_[name].push_back(value);
    clusters_[name].push_back(cluster);
  }
  /// @param with_zeros  the same metrics with zeros for the samples that are missing here.
  io::Json estimates(const MetricTable& with_zeros) const {
    io::Json json = io::Json::object();
    for (const auto& name : with_zeros.names_) {
      json[name] = to_json(values_.count(name) != 0 ? estimate(name) : Estimate{});
      json[name]["unanswered_as_zero"] = to_json(with_zeros.estimate(name));
    }
    return json;
  }
  const std::vector<std::string>& names() const { return names_; }
  Estimate estimate(const std::string& name) const { return bootstrap_mean(values_.at(name), clusters_.at(name)); }

 private:
  std::vector<std::string> names_;
  std::map<std::string, std::vector<double>> values_;
  std::map<std::string, std::vector<std::string>> clusters_;
};

}  // namespace

io::Json to_json(const Answer& answer, const data::Sample& sample, bool format_ok) {
  const auto score = find_benchmark(sample.task).score(sample, answer.text);
  io::Json metrics = io::Json::object();
  if (answer.error.empty())
    for (const auto& [name, value] : score.metrics) metrics[name] = value;
  return {{"id", answer.id},
          {"text", answer.text},
          {"finish", !answer.error.empty() ? "error"
                     : answer.truncated    ? "length"
                                           : "stop"},
          {"err", answer.error.empty() ? io::Json(nullptr) : io::Json(answer.error)},
          {"n_gen_tok", answer.num_tokens},
          {"parsed", score.parsed},
          {"strict", {{"score", metrics}, {"reason", answer.error.empty() ? score.reason : "error"}, {"format", format_ok}}}};
}

Answer parse_answer(const io::Json& line, const std::string& origin) {
  try {
    Answer answer;
    answer.id = line.at("id").get<std::string>();
    answer.text = line.at("text").get<std::string>();
    answer.truncated = line.at("finish") == "length";
    answer.num_tokens = line.value("n_gen_tok", int64_t{0});
    if (line.contains("err") && line["err"].is_string()) answer.error = line["err"].get<std::string>();
    return answer;
  } catch (const nlohmann::json::exception& error) {
    throw DataError(concat(origin, ": not a line of samples.jsonl: ", error.what()));
  }
}

io::Json summarize(const std::vector<const data::Sample*>& samples, const std::vector<Answer>& answers, bool think) {
  const auto index = by_id(answers);
  const auto policy = think ? rewards::ThinkPolicy::kRequired : rewards::ThinkPolicy::kForbidden;
  int64_t done = 0, errors = 0, failures = 0, truncated = 0, tokens = 0, missing = 0, unlabelled = 0;
  MetricTable all, all_with_zeros;
  std::map<std::string, MetricTable> groups, groups_with_zeros;
  std::map<std::string, int64_t> reasons;
  for (const auto* sample : samples) {
    const auto found = index.find(sample->id);
    const Answer* answer = found == index.end() ? nullptr : found->second;
    const bool answered = answer != nullptr && answer->error.empty();
    const std::string text = answered ? answer->text : std::string();
    const auto score = find_benchmark(sample->task).score(*sample, text);  // of no text: 0
    const auto add = [&](const std::string& name, double value, bool grouped) {
      if (answered) all.add(name, value, sample->cluster);
      all_with_zeros.add(name, answered ? value : 0.0, sample->cluster);
      if (!grouped) return;
      for (const auto& [key, group] : sample->groups) {
        if (answered) groups[key + "=" + group].add(name, value, sample->cluster);
        groups_with_zeros[key + "=" + group].add(name, answered ? value : 0.0, sample->cluster);
      }
    };
    add("format", answered && rewards::has_strict_format(text, policy), /*grouped=*/false);
    for (const auto& [name, value] : score.metrics) add(name, value, /*grouped=*/true);
    if (!answered) {
      ++(answer == nullptr ? missing : errors);
      continue;
    }
    ++done;
    truncated += answer->truncated;
    tokens += answer->num_tokens;
    if (score.reason != "ok") {
      ++failures;
      ++reasons[score.reason];
    }
    unlabelled += score.metrics.empty();
  }
  const double divisor = static_cast<double>(std::max<int64_t>(1, done));
  io::Json result = {{"n_expected", samples.size()},
                     {"n_done", done},
                     {"n_error", errors},
                     {"n_missing", missing},
                     {"n_unlabelled", unlabelled},
                     {"n_parse_fail", failures},
                     {"parse_failure_rate", static_cast<double>(failures) / divisor},
                     {"truncation_rate", static_cast<double>(truncated) / divisor},
                     {"mean_tokens", static_cast<double>(tokens) / divisor},
                     {"metrics", all.estimates(all_with_zeros)},
                     {"parse_failures", reasons}};
  for (const auto& [key, table] : groups_with_zeros) result["groups"][key] = groups[key].estimates(table);
  return result;
}

io::Json compare(const std::vector<const data::Sample*>& samples, const std::vector<Answer>& before, const std::vector<Answer>& after) {
  const auto first = by_id(before), second = by_id(after);
  MetricTable old_values, new_values, differences;
  for (const auto* sample : samples) {
    const auto a = first.find(sample->id), b = second.find(sample->id);
    if (a == first.end() || b == second.end() || !a->second->error.empty() || !b->second->error.empty()) continue;
    const auto& entry = find_benchmark(sample->task);
    const auto old_score = entry.score(*sample, a->second->text), new_score = entry.score(*sample, b->second->text);
    for (size_t i = 0; i < old_score.metrics.size(); ++i) {
      const auto& name = old_score.metrics[i].first;
      old_values.add(name, old_score.metrics[i].second, sample->cluster);
      new_values.add(name, new_score.metrics[i].second, sample->cluster);
      differences.add(name, new_score.metrics[i].second - old_score.metrics[i].second, sample->cluster);
    }
  }
  io::Json result = io::Json::object();
  for (const auto& name : differences.names())
    result[name] = {{"before", to_json(old_values.estimate(name))},
                    {"after", to_json(new_values.estimate(name))},
                    {"difference", to_json(differences.estimate(name))}};
  return result;
}

}  // namespace vrlt::evaluation
