#include "vrlt/selection_run/choose.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <string_view>
#include <unordered_map>

#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/io/files.h"
#include "vrlt/io/replacing_file.h"
#include "vrlt/selection/requirement_table.h"
#include "vrlt/selection/sample_filter.h"
#include "vrlt/selection/selection_report.h"
#include "vrlt/selection_run/select_responses.h"
#include "vrlt/selection_run/selection_record.h"

namespace vrlt::selection_run {
namespace fs = std::filesystem;
namespace {

using Counts = std::map<std::string, std::map<std::string, int64_t>>;  // task -> reason -> samples

/// Says which keys kept the samples out, and how many.
void explain_empty_selection(const Counts& counts) {
  std::map<std::string, int64_t> of_reason;
  for (const auto& [task, reasons] : counts)
    for (const auto& [reason, count] : reasons) of_reason[reason] += count;
  std::string keys;
  for (const auto& [reason, key] : selection::reason_keys())
    if (of_reason[reason] > 0)
      keys += concat(keys.empty() ? "" : ", ", "filter.", key, " (", of_reason[reason], " samples ",
                     reason, ")");
  if (keys.empty())
    log::warning("nothing is left to train on: no sample could be read");
  else
    log::warning(concat("nothing is left to train on: loosen ", keys,
                        " and run the same command again, which reuses the stored responses; "
                        "if every reward is 0, look at the responses in rollouts.jsonl: the model "
                        "may need a warm start or another prompt"));
}

/// What is cut off has often no answer yet: its rewards say nothing about the sample.
void warn_of_truncation(const std::vector<selection::SampleStatistics>& statistics,
                        int64_t max_new_tokens) {
  int64_t truncated = 0, all = 0;
  for (const auto& s : statistics) {
    truncated += s.num_truncated;
    all += s.reward.draws();
  }
  if (2 * truncated > all)
    log::warning(concat(100 * truncated / all, " % of responses end at rollout.max_new_tokens (",
                        max_new_tokens, "), before their answer perhaps; raise it"));
}

/// Calls `visit(sample, why)` for each that could not be asked.
void for_each_unreadable(
    const ResponseStore& store,
    const std::function<void(const data::Sample& sample, const std::string& error)>& visit) {
  store.for_each("", [&](size_t i, const io::Json& line) {
    if (store.failed(line)) visit(store.sample(i), line[kErrorKey].get<std::string>());
  });
}

size_t checked_unreadable(const settings::SelectConfig& config, const ResponseStore& store) {
  size_t count = 0;
  std::string first;
  for_each_unreadable(store, [&](const data::Sample&, const std::string& error) {
    if (count++ == 0) first = error;
  });
  if (count == store.num_samples() ||
      static_cast<double>(count) >
          config.data.max_bad_fraction * static_cast<double>(store.num_samples()))
    throw DataError(concat(count, " of ", store.num_samples(),
                           " samples cannot be read, more than data.max_bad_fraction (",
                           config.data.max_bad_fraction, ") allows; the first: ", first));
  return count;
}

/// statistics.jsonl, selected.jsonl and rejected.jsonl, line by line: a pool may have more samples
/// than memory has room for their lines.
Counts write_decisions(const ResponseStore& store,
                       const std::vector<selection::SampleStatistics>& statistics,
                       const std::vector<selection::Decision>& decisions, const fs::path& folder) {
  std::unordered_map<std::string_view, const data::Sample*> by_id;
  by_id.reserve(store.num_samples());
  for (size_t i = 0; i < store.num_samples(); ++i) by_id[store.sample(i).id] = &store.sample(i);
  io::ReplacingFile of_statistics(folder / "statistics.jsonl"), selected(folder / "selected.jsonl"),
      rejected(folder / "rejected.jsonl");
  for_each_unreadable(store, [&](const data::Sample& sample, const std::string& error) {
    rejected.write(io::to_line({{"id", sample.id}, {"reason", "unreadable"}, {"error", error}}) +
                   "\n");
  });
  Counts counts;
  for (size_t i = 0; i < decisions.size(); ++i) {
    const auto& decision = decisions[i];
    ++counts[statistics[i].task][decision.reason];
    of_statistics.write(io::to_line(selection::to_json(statistics[i])) + "\n");
    if (decision.selected)
      selected.write(by_id.at(decision.id)->record.text() + "\n");
    else
      rejected.write(
          io::to_line(
              {{"id", decision.id}, {"reason", decision.reason}, {"score", decision.score}}) +
          "\n");
  }
  of_statistics.replace();
  selected.replace();
  rejected.replace();
  return counts;
}

/// What the numbers of a run depend on.
io::Json hashes(const settings::SelectConfig& config, const fs::path& folder) {
  return {
      {"inputs.json",
       io::sha256_file(
           folder / "inputs.json")},  // hashes of the model with its tokenizer, and of the records
      {"config.yaml", io::sha256_file(folder / "config.yaml")},
      {"rewards", io::sha256(settings::reward_spec(config))},
      {"selected.jsonl", io::sha256_file(folder / "selected.jsonl")}};
}

void print_counts(const Counts& counts, const io::Json& predicted) {
  for (const auto& [task, reasons] : counts) {
    std::printf("%s:", task.c_str());
    for (const auto& [reason, count] : reasons)
      std::printf("  %s %lld", reason.c_str(), static_cast<long long>(count));
    std::printf("\n");
  }
  if (predicted["selected"].is_number())
    std::printf(
        "groups of %lld without signal, as predicted: %.1f %% of the selected, %.1f %% of all\n",
        static_cast<long long>(predicted["group_size"].get<int64_t>()),
        100 * predicted["selected"].get<double>(), 100 * predicted["pool"].get<double>());
}

}  // namespace

void choose(const settings::SelectConfig& config, const ResponseStore& store,
            const fs::path& folder) {
  const size_t num_unreadable = checked_unreadable(config, store);
  const auto statistics = stored_statistics(store);
  const auto decisions = selection::select_samples(statistics, config.filter, config.seed);
  const auto counts = write_decisions(store, statistics, decisions, folder);
  const auto num_selected = std::count_if(decisions.begin(), decisions.end(),
                                          [](const auto& decision) { return decision.selected; });

  const selection::SignalPrediction prediction(statistics);
  const int64_t group_size = config.filter.predict_group_size;
  io::Json report = {{"samples", store.num_samples()},
                     {"unreadable", num_unreadable},
                     {"selected", num_selected},
                     {"K", config.rollout.group_size},
                     {"filter", selection::filter_sizes(statistics, decisions, config.filter)},
                     {"noise", selection::noise(statistics, prediction, group_size)},
                     {"predicted_no_signal", selection::predicted_no_signal(
                                                 statistics, decisions, prediction, group_size)}};
  if (config.racing.first_draws > 0)
    report["racing"] = selection::to_json(miss_rate(config, store, statistics));
  if (const auto fresh = audited_statistics(store); !fresh.empty())
    report["audit"] = selection::audit(statistics, decisions, fresh, prediction);
  report["strata"] = selection::strata_histograms(statistics, decisions);
  report["sha256"] = hashes(config, folder);
  report["program"] = "vrlt " VRLT_VERSION;
  io::write_file_atomic(folder / "report.json", report.dump(2) + "\n");

  print_counts(counts, report["predicted_no_signal"]);
  if (num_unreadable > 0)
    std::printf("unreadable: %zu (rejected.jsonl says why)\n", num_unreadable);
  std::printf("selected %zu of %zu -> %s\n", static_cast<size_t>(num_selected), store.num_samples(),
              (folder / "selected.jsonl").c_str());
  warn_of_truncation(statistics, config.rollout.max_new_tokens);
  if (num_selected == 0) explain_empty_selection(counts);
}

}  // namespace vrlt::selection_run
