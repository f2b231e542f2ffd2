#include "vrlt/scoring/backtest.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <set>
#include <unordered_map>

#include "scoring/stored_run.h"
#include "vrlt/algorithm/reward_composition.h"
#include "vrlt/core/error.h"
#include "vrlt/data/dataset.h"
#include "vrlt/metrics/metric.h"
#include "vrlt/rewards/reward_command.h"
#include "vrlt/selection/sample_filter.h"
#include "vrlt/selection_run/sample_summary.h"

namespace vrlt::scoring {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// The rewards of a run's answers, as it had them or as others give them.
struct Scored {
  std::vector<std::vector<double>> totals, advantages;  ///< By group and answer; NaN: unscorable.
  metrics::MetricSet means;                             ///< Of rewards, by name.
};

std::vector<double> totals_of(const std::vector<io::Json*>& responses) {
  std::vector<double> totals;
  for (const auto* response : responses)
    totals.push_back((*response)["components"].empty() ? kNan
                                                       : (*response)["reward"].get<double>());
  return totals;
}

void add_means(const std::vector<io::Json*>& responses, Scored& scored) {
  for (const auto* response : responses) {
    for (const auto& [name, component] : (*response)["components"].items())
      scored.means.mean("  " + name, component["value"].get<double>());
    if (!(*response)["components"].empty())
      scored.means.mean("", (*response)["reward"].get<double>());
  }
}

/// The groups that are compared with each other: those of a step. Of a selection, and where sizes
/// differ, each by itself.
std::vector<std::vector<size_t>> batches_of(const StoredRun& run,
                                            const std::vector<std::vector<double>>& totals) {
  std::map<std::pair<int64_t, size_t>, std::vector<size_t>> by_step;
  for (size_t g = 0; g < run.groups.size(); ++g)
    by_step[{run.training ? run.groups[g].step : static_cast<int64_t>(g), totals[g].size()}]
        .push_back(g);
  std::vector<std::vector<size_t>> batches;
  for (auto& [key, groups] : by_step) batches.push_back(std::move(groups));
  return batches;
}

/// The values of a term for an answer; NaN where it does not apply.
double value_of(const io::Json& response, const std::string& name) {
  const auto found = response["components"].find(name);
  return found == response["components"].end() ? kNan : (*found)["value"].get<double>();
}

/// By the run's estimator.
/// @param terms  with the weights; empty: the totals are all there is.
void add_advantages(StoredRun& run, const std::vector<rewards::RewardTerm>& terms, Scored& scored) {
  scored.advantages.resize(run.groups.size());
  for (const auto& batch : batches_of(run, scored.totals)) {
    const auto group_size = std::ssize(scored.totals[batch.front()]);
    if (group_size < 2) {
      for (const size_t g : batch) scored.advantages[g].assign(scored.totals[g].size(), 0.0);
      continue;
    }
    algorithm::ComponentRewards rewards;
    for (const auto& term : terms) rewards.terms.push_back({.weight = term.weight});
    if (terms.empty()) rewards.terms.emplace_back();
    for (const size_t g : batch) {
      const auto responses = run.groups[g].responses();
      for (size_t k = 0; k < responses.size(); ++k) {
        for (size_t c = 0; c < terms.size(); ++c)
          rewards.terms[c].values.push_back(value_of(*responses[k], terms[c].name));
        if (terms.empty()) rewards.terms[0].values.push_back(scored.totals[g][k]);
        rewards.lengths.push_back((*responses[k])["tokens"].get<int64_t>());
      }
    }
    const auto all = algorithm::composed_advantages(rewards, group_size, run.advantage());
    auto next = all.begin();
    for (const size_t g : batch) {
      scored.advantages[g].assign(next, next + group_size);
      next += group_size;
    }
  }
}

/// What the run itself had. Advantages are those that it stored, where it did.
Scored as_stored(StoredRun& run) {
  Scored scored;
  bool has_advantages = true;
  for (auto& group : run.groups) {
    const auto responses = group.responses();
    scored.totals.push_back(totals_of(responses));
    add_means(responses, scored);
    scored.advantages.emplace_back();
    for (const auto* response : responses) {
      has_advantages = has_advantages && response->contains("advantage");
      scored.advantages.back().push_back(response->value("advantage", 0.0));
    }
  }
  if (!has_advantages) add_advantages(run, {}, scored);
  return scored;
}

using Samples = std::unordered_map<std::string, data::Sample>;

Samples read_samples(const BacktestRequest& request, const StoredRun& run) {
  auto files = request.records;
  if (files.empty()) files.assign(run.data().records.begin(), run.data().records.end());
  Samples by_id;
  for (auto& sample : data::load_samples(files)) {
    const auto id = sample.id;
    by_id.emplace(id, std::move(sample));
  }
  for (const auto& group : run.groups)
    if (!by_id.contains(group.id))
      throw DataError(concat(group.place, ": id ", io::excerpt(group.id),
                             " is not in the records; --records names others"));
  return by_id;
}

rewards::ResponseGroup inputs_of(StoredGroup& group, const data::Sample& sample,
                                 const std::string& prompt) {
  rewards::ResponseGroup inputs;
  for (const auto* response : group.responses())
    inputs.responses.push_back(
        {sample, (*response)["text"].get<std::string>(), (*response)["tokens"].get<int64_t>(),
         (*response)["finish"] == "length", &data::prompt_of(sample, prompt)});
  return inputs;
}

/// Writes what other rewards say over what the run had.
void score_anew(StoredRun& run, const Samples& samples, const rewards::RewardFunction& reward) {
  constexpr size_t kGroupsAtATime = 64;
  for (size_t begin = 0; begin < run.groups.size(); begin += kGroupsAtATime) {
    const size_t end = std::min(run.groups.size(), begin + kGroupsAtATime);
    std::vector<rewards::ResponseGroup> batch;
    for (size_t g = begin; g < end; ++g)
      batch.push_back(inputs_of(run.groups[g], samples.at(run.groups[g].id), run.data().prompt));
    const auto scores = reward.score(batch);
    for (size_t g = begin; g < end; ++g) {
      const auto responses = run.groups[g].responses();
      for (size_t k = 0; k < responses.size(); ++k)
        selection_run::write_score(reward, scores[g - begin].responses[k], *responses[k]);
    }
  }
}

Scored as_scored(StoredRun& run, const rewards::RewardFunction& reward) {
  Scored scored;
  for (auto& group : run.groups) {
    const auto responses = group.responses();
    scored.totals.push_back(totals_of(responses));
    add_means(responses, scored);
  }
  add_advantages(run, reward.terms(), scored);
  return scored;
}

/// The ids that the run's filter selects; none of a training.
std::set<std::string> selected_of(const StoredRun& run, const Samples& samples) {
  std::set<std::string> ids;
  if (!run.selection) return ids;
  std::vector<selection::SampleStatistics> statistics;
  for (const auto& group : run.groups) {
    io::Json summary;
    for (const auto& line : group.lines) {
      const auto of_line = selection_run::summary_of(line);
      summary = summary.is_null() ? of_line : selection_run::joined(summary, of_line);
    }
    statistics.push_back(selection_run::statistics_of(summary, samples.at(group.id)));
  }
  for (const auto& decision :
       selection::select_samples(statistics, run.selection->filter, run.selection->seed))
    if (decision.selected) ids.insert(decision.id);
  return ids;
}

// What is printed

bool varies(const std::vector<double>& totals) {
  return !algorithm::is_constant(algorithm::moments(totals));
}

double mean_size(const std::vector<std::vector<double>>& advantages) {
  double sum = 0.0, count = 0.0;
  for (const auto& group : advantages)
    for (const double advantage : group) {
      sum += std::abs(advantage);
      count += 1.0;
    }
  return sum / count;
}

void print_means(const Scored& before, const Scored& after) {
  std::map<std::string, std::pair<double, double>> rows;
  for (const auto& [name, value] : before.means.values()) rows.try_emplace(name, value, kNan);
  for (const auto& [name, value] : after.means.values())
    rows.try_emplace(name, kNan, kNan).first->second.second = value;
  const auto cell = [](double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4f", value);
    return std::isnan(value) ? std::string("-") : std::string(text);
  };
  for (const auto& [name, values] : rows)
    std::printf("%-34s %12s %12s\n", name.empty() ? "mean reward" : name.c_str(),
                cell(values.first).c_str(), cell(values.second).c_str());
}

void print_signal(const Scored& before, const Scored& after) {
  int64_t both = 0, only_before = 0, only_after = 0;
  for (size_t g = 0; g < before.totals.size(); ++g) {
    const bool was = varies(before.totals[g]), is = varies(after.totals[g]);
    both += was && is;
    only_before += was && !is;
    only_after += !was && is;
  }
  const auto count = static_cast<double>(before.totals.size());
  std::printf("%-34s %11.1f%% %11.1f%%\n", "groups that vary",
              100 * static_cast<double>(both + only_before) / count,
              100 * static_cast<double>(both + only_after) / count);
  std::printf("%-34s %12lld %12lld\n", "  only with these", static_cast<long long>(only_before),
              static_cast<long long>(only_after));
}

/// Index of the largest; the first of several.
size_t best_of(const std::vector<double>& totals) {
  return static_cast<size_t>(std::max_element(totals.begin(), totals.end()) - totals.begin());
}

void print_advantages(const Scored& before, const Scored& after) {
  std::printf("%-34s %12.4f %12.4f\n", "mean size of advantages", mean_size(before.advantages),
              mean_size(after.advantages));
  double xx = 0, xy = 0, yy = 0;
  int64_t turned = 0, signed_in_both = 0, other_best = 0, vary_in_both = 0;
  for (size_t g = 0; g < before.totals.size(); ++g) {
    for (size_t k = 0; k < before.totals[g].size(); ++k) {
      const double x = before.advantages[g][k], y = after.advantages[g][k];
      xx += x * x;
      xy += x * y;
      yy += y * y;
      signed_in_both += x * y != 0;
      turned += x * y < 0;
    }
    if (!varies(before.totals[g]) || !varies(after.totals[g])) continue;
    ++vary_in_both;
    other_best +=
        after.totals[g][best_of(before.totals[g])] < after.totals[g][best_of(after.totals[g])];
  }
  const auto share = [](int64_t part, int64_t all) {
    return all > 0 ? 100 * static_cast<double>(part) / static_cast<double>(all) : 0.0;
  };
  std::printf("advantages of both: cosine %.3f; %.1f %% of %lld answers change sides\n",
              xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : 0.0, share(turned, signed_in_both),
              static_cast<long long>(signed_in_both));
  std::printf("the best answer of before is not the best in %.1f %% of %lld groups\n",
              share(other_best, vary_in_both), static_cast<long long>(vary_in_both));
}

void print_selection(const StoredRun& run, const std::set<std::string>& before,
                     const std::set<std::string>& after) {
  if (!run.selection) return;
  int64_t kept = 0;
  for (const auto& id : before) kept += after.contains(id);
  std::printf("%-34s %12zu %12zu\n", "samples selected", before.size(), after.size());
  std::printf("%-34s %12lld %12lld\n", "  only with these",
              static_cast<long long>(std::ssize(before) - kept),
              static_cast<long long>(std::ssize(after) - kept));
}

void warn_of_limits(const StoredRun& run, const rewards::RewardFunction& reward) {
  if (reward.needs_control())
    std::fprintf(stderr,
                 "answers to frames in random order are not stored: rewards that compare with them "
                 "do not apply\n");
  static const std::set<std::string> kOfTheBatch = {"batch_std", "rf++_baseline", "gpg"};
  if (run.training && (run.advantage().composition != "sum_then_normalize" ||
                       kOfTheBatch.contains(run.advantage().estimator)))
    std::fprintf(stderr,
                 "advantages of this run depend on the whole batch: anew they are of the logged "
                 "prompts alone\n");
}

rewards::RewardFunction reward_of(const BacktestRequest& request, const StoredRun& run) {
  auto terms = request.terms;
  auto options = terms.empty() ? run.reward_options() : request.options;
  options.max_tokens = run.max_new_tokens();
  if (terms.empty()) {
    rewards::greet(options);
    for (const auto& [name, weight] : run.rewards()) terms.push_back({name, weight});
  }
  return rewards::RewardFunction(terms, options);
}

}  // namespace

int run_backtest(const BacktestRequest& request) {
  auto run = read_stored_run(request.run);
  const auto samples = read_samples(request, run);
  const auto reward = reward_of(request, run);
  warn_of_limits(run, reward);
  const auto before = as_stored(run);
  const auto selected_before = selected_of(run, samples);
  score_anew(run, samples, reward);
  const auto after = as_scored(run, reward);
  size_t num_answers = 0;
  for (const auto& totals : before.totals) num_answers += totals.size();
  std::string names;
  for (const auto& term : reward.terms()) names += concat(" ", term.name, "=", term.weight);
  std::printf("%s: %zu answers in %zu groups\nscored anew by%s\n\n%-34s %12s %12s\n",
              request.run.c_str(), num_answers, before.totals.size(), names.c_str(), "",
              "of the run", "anew");
  print_means(before, after);
  print_signal(before, after);
  print_selection(run, selected_before, selected_of(run, samples));
  print_advantages(before, after);
  return 0;
}

}  // namespace vrlt::scoring
