#include "vrlt/selection/selection_report.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "vrlt/selection/requirement_table.h"

namespace vrlt::selection {
namespace {

/// A mean that is null where there is nothing.
class Average {
 public:
  void add(double value) {
    sum_ += value;
    ++count_;
  }
  int64_t count() const { return count_; }
  io::Json value() const {
    return count_ > 0 ? io::Json(sum_ / static_cast<double>(count_)) : io::Json(nullptr);
  }

 private:
  double sum_ = 0.0;
  int64_t count_ = 0;
};

class Histogram {
 public:
  explicit Histogram(double end) : end_(end) {}
  void add(double value) {
    const double bin = std::floor(value / end_ * kBins);
    ++counts_[static_cast<size_t>(std::clamp(bin, 0.0, kBins - 1.0))];
  }
  const std::vector<int64_t>& counts() const { return counts_; }

 private:
  static constexpr double kBins = 20;
  double end_;
  std::vector<int64_t> counts_ = std::vector<int64_t>(static_cast<size_t>(kBins), 0);
};

struct Histograms {
  int64_t size = 0;
  Histogram mean{1.0}, std{0.6};
  void add(const RewardStatistics& reward) {
    ++size;
    mean.add(reward.mean);
    std.add(reward.std);
  }
};

bool looks_all_same(const SampleStatistics& s) { return s.reward.gap == 0.0; }

struct TaskNoise {
  std::map<int64_t, int64_t> draws;
  Average variance, error, seen, expected, hidden;
};

}  // namespace

io::Json filter_sizes(const std::vector<SampleStatistics>& statistics,
                      const std::vector<Decision>& decisions, const FilterConfig& config) {
  std::map<std::string, int64_t> reasons;
  for (const auto& decision : decisions) ++reasons[decision.reason];
  io::Json steps = io::Json::array();
  std::vector<const SampleStatistics*> left;
  for (const auto& s : statistics) left.push_back(&s);
  for (const auto& name : config.require) {
    const auto& requirement = find_requirement(name);
    std::erase_if(left, [&](const auto* s) { return requirement.reason(*s, config) != nullptr; });
    steps.push_back({{"step", name}, {"left", left.size()}});
  }
  const auto selected =
      std::count_if(decisions.begin(), decisions.end(), [](const auto& d) { return d.selected; });
  steps.push_back({{"step", config.choose}, {"left", selected}});
  return {{"pool", statistics.size()}, {"steps", steps}, {"reasons", reasons}};
}

io::Json strata_histograms(const std::vector<SampleStatistics>& statistics,
                           const std::vector<Decision>& decisions) {
  std::map<std::string, std::pair<Histograms, Histograms>> strata;  // all, selected
  for (size_t i = 0; i < statistics.size(); ++i) {
    auto& [all, selected] = strata[decisions[i].stratum];
    all.add(statistics[i].reward);
    if (decisions[i].selected) selected.add(statistics[i].reward);
  }
  io::Json json = io::Json::object();
  for (const auto& [name, both] : strata) {
    const auto& [all, selected] = both;
    json[name] = {{"pool", all.size},
                  {"selected", selected.size},
                  {"mean", {{"pool", all.mean.counts()}, {"selected", selected.mean.counts()}}},
                  {"std", {{"pool", all.std.counts()}, {"selected", selected.std.counts()}}}};
  }
  return json;
}

io::Json noise(const std::vector<SampleStatistics>& statistics, const SignalPrediction& prediction,
               int64_t group_size) {
  std::map<std::string, TaskNoise> tasks;
  for (const auto& s : statistics) {
    auto& task = tasks[s.task];
    ++task.draws[s.reward.draws()];
    if (s.reward.draws() < 2) continue;
    task.variance.add(s.reward.variance);
    task.error.add(variance_error(s.reward));
    task.seen.add(looks_all_same(s));
    task.expected.add(prediction.expected_all_same(s));
    if (looks_all_same(s)) task.hidden.add(1.0 - prediction.no_signal_probability(s, group_size));
  }
  io::Json json = io::Json::object();
  for (const auto& [name, task] : tasks) {
    io::Json draws = io::Json::object();
    for (const auto& [k, count] : task.draws) draws[std::to_string(k)] = count;
    json[name] = {{"samples_by_K", draws},
                  {"mean_var", task.variance.value()},
                  {"mean_sd_of_var", task.error.value()},
                  {"all_same", task.seen.value()},
                  {"all_same_expected", task.expected.value()},
                  {"all_same_but_mixed_in_training", task.hidden.value()}};
  }
  return json;
}

io::Json predicted_no_signal(const std::vector<SampleStatistics>& statistics,
                             const std::vector<Decision>& decisions,
                             const SignalPrediction& prediction, int64_t group_size) {
  Average selected, all;
  std::map<std::string, Average> by_task;
  for (size_t i = 0; i < statistics.size(); ++i) {
    const double probability = prediction.no_signal_probability(statistics[i], group_size);
    all.add(probability);
    if (!decisions[i].selected) continue;
    selected.add(probability);
    by_task[statistics[i].task].add(probability);
  }
  io::Json json = {{"group_size", group_size},
                   {"selected", selected.value()},
                   {"pool", all.value()},
                   {"selected_by_task", io::Json::object()}};
  for (const auto& [task, average] : by_task) json["selected_by_task"][task] = average.value();
  return json;
}

io::Json audit(const std::vector<SampleStatistics>& statistics,
               const std::vector<Decision>& decisions, const std::vector<SampleStatistics>& fresh,
               const SignalPrediction& prediction) {
  std::map<std::string, size_t> index_of;
  for (size_t i = 0; i < statistics.size(); ++i) index_of[statistics[i].id] = i;
  Average then, again, mean_then, mean_again, expected, seen;
  for (const auto& s : fresh) {
    const auto found = index_of.find(s.id);
    if (found == index_of.end() || !decisions[found->second].selected) continue;
    const auto& before = statistics[found->second];
    then.add(before.reward.variance);
    again.add(s.reward.variance);
    mean_then.add(before.reward.mean);
    mean_again.add(s.reward.mean);
    expected.add(prediction.no_signal_probability(before, s.reward.draws()));
    seen.add(looks_all_same(s));
  }
  return {{"samples", then.count()},
          {"mean_var", {{"at_selection", then.value()}, {"fresh", again.value()}}},
          {"mean", {{"at_selection", mean_then.value()}, {"fresh", mean_again.value()}}},
          {"no_signal", {{"predicted", expected.value()}, {"fresh", seen.value()}}}};
}

io::Json to_json(const MissRate& miss_rate) {
  return {{"parked", miss_rate.parked},
          {"redrawn", miss_rate.redrawn},
          {"missed", miss_rate.missed},
          {"miss_rate", miss_rate.rate()}};
}

}  // namespace vrlt::selection
