#include "vrlt/app/select.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>

#include "app/response_store.h"
#include "app/select_config.h"
#include "app/selection_record.h"
#include "vrlt/app/opened_model.h"
#include "vrlt/app/ranks.h"
#include "vrlt/config/load.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/core/stop_request.h"
#include "vrlt/io/jsonl.h"
#include "vrlt/metrics/progress.h"
#include "vrlt/rollout/rollout_engine.h"
#include "vrlt/selection/requirement_table.h"
#include "vrlt/selection/sample_filter.h"
#include "vrlt/trainer/reward_section.h"

namespace vrlt::app {
namespace fs = std::filesystem;
namespace {

constexpr const char* kErrorKey = "error";  // in a line of the store: why the sample has no responses

/// Samples everything that the store lacks.
void fill_store(const SelectConfig& config, ResponseStore& store, size_t num_samples, distributed::ProcessGroup& group) {
  if (store.complete()) return;
  auto opened = open_model(config.model, config.data, {config.video, config.image}, config.seed);
  const auto& vision = opened.processor->vision_tokens();
  rollout::RolloutEngine engine(*opened.model, opened.processor->tokenizer(),
                                {vision.image_pad, vision.video_pad, vision.vision_start, vision.vision_end});
  const auto reward = trainer::reward_function(config.rewards, config.reward_options, config.rollout.max_new_tokens);
  std::optional<metrics::ProgressBar> progress;
  if (group.is_first()) progress.emplace("select", static_cast<int64_t>(num_samples), static_cast<int64_t>(store.lines().size()));
  while (!store.complete()) {
    const auto batch = store.next_batch();
    if (group.any(stop_requested())) throw StopRequested("stopped as asked; run the same command to go on");
    std::vector<rollout::Prompt> prompts;
    std::vector<io::Json> lines(batch.size());
    for (size_t i = 0; i < batch.size(); ++i) {
      const auto& sample = store.sample(batch[i]);
      try {
        prompts.push_back({sample.id, opened.loader->load(sample)});
      } catch (const Error& error) {
        log::warning(concat("leaving out ", error.what()));
        lines[i] = {{"id", sample.id}, {kErrorKey, error.what()}};
      }
    }
    const auto groups = engine.generate(prompts, {.group_size = config.rollout.group_size,
                                                  .max_new_tokens = config.rollout.max_new_tokens,
                                                  .sampling = config.rollout.sampling,
                                                  .seed = config.seed});
    auto next_group = groups.begin();
    for (size_t i = 0; i < batch.size(); ++i)
      if (lines[i].is_null()) lines[i] = rollout_line(store.sample(batch[i]), *next_group++, reward);
    store.append(lines);
    if (progress) progress->update(static_cast<int64_t>(store.lines().size()));
  }
}

/// Says which keys kept the samples out, and how many.
void explain_empty_selection(const std::map<std::string, std::map<std::string, int64_t>>& counts) {
  std::map<std::string, int64_t> of_reason;
  for (const auto& [task, reasons] : counts)
    for (const auto& [reason, count] : reasons) of_reason[reason] += count;
  std::string keys;
  for (const auto& [reason, key] : selection::reason_keys())
    if (of_reason[reason] > 0) keys += concat(keys.empty() ? "" : ", ", "filter.", key, " (", of_reason[reason], " samples ", reason, ")");
  if (keys.empty())
    log::warning("nothing is left to train on: no sample could be read");
  else
    log::warning(concat("nothing is left to train on: loosen ", keys,
                        " and run the same command again, which reuses the stored responses; "
                        "if every reward is 0, look at the responses in rollouts.jsonl: the model may need a warm start or another prompt"));
}

void write_lines(const fs::path& path, const std::vector<io::Json>& lines) {
  std::string text;
  for (const auto& line : lines) text += io::to_line(line) + "\n";
  io::write_file_atomic(path, text);
}

int select_on_rank(const SelectConfig& config, const std::string& yaml, const CommandLine& command, distributed::ProcessGroup& group) {
  const auto samples = read_samples(config.data);
  const auto folder = fs::path(config.output) / config.name;
  if (group.is_first())
    open_run_folder(folder, {yaml, input_paths(config.model, config.data), {"filter", "data.max_bad_fraction", "data.cache_megabytes"}}, command);
  std::vector<const data::Sample*> pointers;
  for (const auto& sample : samples) pointers.push_back(&sample);
  ResponseStore store(folder / "rollouts.jsonl", pointers, config.batch, kErrorKey, group);
  fill_store(config, store, samples.size(), group);
  if (!group.is_first()) return 0;

  std::vector<selection::SampleStatistics> statistics;
  std::vector<io::Json> statistics_lines, rejected, selected;
  for (size_t i = 0; i < store.lines().size(); ++i) {
    const auto& line = store.lines()[i];
    if (store.failed(line)) {
      rejected.push_back({{"id", line["id"]}, {"reason", "unreadable"}, {"error", line[kErrorKey]}});
      continue;
    }
    statistics.push_back(statistics_of(line, store.sample(i)));
    statistics_lines.push_back(selection::to_json(statistics.back()));
  }
  const size_t num_unreadable = rejected.size();
  if (static_cast<double>(num_unreadable) > config.data.max_bad_fraction * static_cast<double>(samples.size()))
    throw DataError(concat(num_unreadable, " of ", samples.size(), " samples cannot be read, more than data.max_bad_fraction (",
                           config.data.max_bad_fraction, ") allows; the first: ", rejected.front()["error"].get<std::string>()));
  std::map<std::string, const data::Sample*> by_id;
  for (const auto& sample : samples) by_id[sample.id] = &sample;
  const auto decisions = selection::select_samples(statistics, config.filter, config.seed);
  std::map<std::string, std::map<std::string, int64_t>> counts;  // task -> reason -> samples
  for (size_t i = 0; i < decisions.size(); ++i) {
    const auto& decision = decisions[i];
    ++counts[statistics[i].task][decision.reason];
    if (decision.selected)
      selected.push_back(by_id.at(decision.id)->record);
    else
      rejected.push_back({{"id", decision.id}, {"reason", decision.reason}, {"score", decision.score}});
  }
  write_lines(folder / "statistics.jsonl", statistics_lines);
  write_lines(folder / "selected.jsonl", selected);
  write_lines(folder / "rejected.jsonl", rejected);
  for (const auto& [task, reasons] : counts) {
    std::printf("%s:", task.c_str());
    for (const auto& [reason, count] : reasons) std::printf("  %s %lld", reason.c_str(), static_cast<long long>(count));
    std::printf("\n");
  }
  if (num_unreadable > 0) std::printf("unreadable: %zu (rejected.jsonl says why)\n", num_unreadable);
  std::printf("selected %zu of %zu -> %s\n", selected.size(), samples.size(), (folder / "selected.jsonl").c_str());
  if (selected.empty()) explain_empty_selection(counts);
  return 0;
}

}  // namespace

int run_select(const CommandLine& command) {
  auto config = load_select_config(command.config, command.overrides);
  const auto visit = [&](config::FieldVisitor& visitor) { visit_fields(visitor, config); };
  if (command.print_config) {
    std::fputs(config::to_yaml(visit, true).c_str(), stdout);
    return 0;
  }
  if (command.dry_run) {
    read_samples(config.data);
    return 0;
  }
  const auto yaml = config::to_yaml(visit, false);
  return run_on_ranks(config.model.device, yaml, [&](distributed::ProcessGroup& group) { return select_on_rank(config, yaml, command, group); });
}
}  // namespace vrlt::app
