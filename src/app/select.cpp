#include "vrlt/app/select.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>

#include "app/response_store.h"
#include "vrlt/app/opened_model.h"
#include "vrlt/app/ranks.h"
#include "vrlt/config/load.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/core/stop_request.h"
#include "vrlt/io/jsonl.h"
#include "vrlt/metrics/progress.h"
#include "vrlt/rewards/reward_presets.h"
#include "vrlt/rollout/rollout_engine.h"
#include "vrlt/selection/sample_filter.h"
#include "vrlt/trainer/reward_section.h"
#include "vrlt/trainer/rollout_log.h"

namespace vrlt::app {
namespace fs = std::filesystem;
namespace {

constexpr const char* kErrorKey = "error";  // in a line of the store: why the sample has no responses

/// What `vrlt-select` reads.
struct SelectConfig {
  std::string name;
  std::string output = "runs";
  uint64_t seed = 0;
  int64_t batch = 16;
  trainer::ModelSection model;
  trainer::DataSection data;
  video::VideoOptions video;
  video::ImageOptions image;
  trainer::RolloutSection rollout;
  std::vector<config::WeightedName> rewards = {{"temporal_iou", 1.0}, {"choice", 1.0}, {"grounded_qa", 1.0}};
  rewards::RewardOptions reward_options;
  selection::FilterConfig filter;
};

void visit_fields(config::FieldVisitor& v, SelectConfig& c) {
  v.field({.name = "name", .help = "of the run; its folder is output/name", .required = true}, c.name);
  v.field({.name = "output", .help = "folder of run folders", .required = true}, c.output);
  v.field({.name = "seed", .help = "of sampling"}, c.seed);
  v.field({.name = "batch", .help = "prompts decoded together", .min = 1}, c.batch);
  v.section("model", "the model whose answers are judged", c.model);
  v.section("data", "the samples to choose from", c.data);
  v.begin_section("video", "which frames, and how large");
  trainer::visit_video_fields(v, c.video);
  v.end_section();
  v.begin_section("image", "how large still images are");
  trainer::visit_image_fields(v, c.image);
  v.end_section();
  v.section("rollout", "how responses are sampled; as in the training to come", c.rollout);
  v.field({.name = "rewards", .help = "accuracy rewards whose spread is measured", .choices = rewards::reward_and_preset_names()}, c.rewards);
  v.begin_section("reward_options", "how answers are read, and the parameters of rewards");
  trainer::visit_reward_fields(v, c.reward_options);
  v.end_section();
  v.begin_section("filter", "what is kept");
  v.field({.name = "rule", .help = "variance, or random as the control", .choices = {"variance", "random"}}, c.filter.rule);
  v.field({.name = "min_correct", .help = "right answers a discrete sample needs", .min = 0}, c.filter.min_correct);
  v.field({.name = "min_wrong", .help = "wrong answers a discrete sample needs", .min = 0}, c.filter.min_wrong);
  v.field({.name = "min_std", .help = "standard deviation a continuous sample needs", .min = 0, .max = 1}, c.filter.min_std);
  v.field({.name = "min_gap", .help = "distance of its best from its worst reward", .min = 0, .max = 1}, c.filter.min_gap);
  v.field({.name = "min_mean", .help = "lowest mean of a continuous sample", .min = 0, .max = 1}, c.filter.min_mean);
  v.field({.name = "max_mean", .help = "highest mean of a continuous sample", .min = 0, .max = 1}, c.filter.max_mean);
  v.field({.name = "top_k_per_task", .help = "keep the best so many of each task; 0: all that pass", .min = 0}, c.filter.top_k_per_task);
  v.end_section();
}

/// A line of the store about one sample: the whole rollout with every reward term.
io::Json rollout_line(const data::Sample& sample, const rollout::RolloutGroup& group, const rewards::RewardFunction& reward) {
  const auto scores = reward.score_group(trainer::reward_inputs(sample, group));
  auto line = trainer::rollout_record(sample, group, reward.terms(), scores, {});
  for (size_t k = 0; k < scores.size(); ++k) line["responses"][k]["accuracy"] = scores[k].accuracy;
  return line;
}

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

/// Whether a reward of this run that applies to the task has values between 0 and 1.
bool is_continuous(const io::Json& line) {
  for (const auto& response : line["responses"])
    for (const auto& [name, component] : response["components"].items())
      if (rewards::find_reward(name).continuous) return true;
  return false;
}

selection::SampleStatistics statistics_of(const io::Json& line) {
  selection::SampleStatistics s;
  s.id = line["id"].get<std::string>();
  s.task = line["task"].get<std::string>();
  s.continuous = is_continuous(line);
  double length = 0.0;
  for (const auto& response : line["responses"]) {
    s.rewards.push_back(response["accuracy"].get<double>());
    bool parsed = true;
    for (const auto& [name, component] : response["components"].items()) {
      parsed = parsed && !rewards::is_parse_failure(component["reason"].get<std::string>());
    }
    s.num_parsed += parsed;
    s.num_truncated += response["finish"] == "length";
    length += response["tokens"].get<double>();
  }
  s.mean_length = length / static_cast<double>(s.rewards.size());
  selection::compute_statistics(s);
  return s;
}

/// Says which keys kept the samples out, and how many.
void explain_empty_selection(const std::map<std::string, std::map<std::string, int64_t>>& counts) {
  constexpr std::pair<const char*, const char*> kLoosened[] = {{"all_wrong", "filter.min_correct"}, {"all_right", "filter.min_wrong"},
                                                               {"low_std", "filter.min_std"},       {"low_gap", "filter.min_gap"},
                                                               {"mean_too_low", "filter.min_mean"}, {"mean_too_high", "filter.max_mean"}};
  std::map<std::string, int64_t> of_reason;
  for (const auto& [task, reasons] : counts)
    for (const auto& [reason, count] : reasons) of_reason[reason] += count;
  std::string keys;
  for (const auto& [reason, key] : kLoosened)
    if (of_reason[reason] > 0) keys += concat(keys.empty() ? "" : ", ", key, " (", of_reason[reason], " samples ", reason, ")");
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
  for (const auto& line : store.lines()) {
    if (store.failed(line)) {
      rejected.push_back({{"id", line["id"]}, {"reason", "unreadable"}, {"error", line[kErrorKey]}});
      continue;
    }
    statistics.push_back(statistics_of(line));
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
  SelectConfig config;
  const auto visit = [&](config::FieldVisitor& visitor) { visit_fields(visitor, config); };
  config::load(command.config, command.overrides, visit, [&](const config::KeyLocations& locations) {
    auto problems = trainer::check(config.data, config.video, config.image, locations);
    const auto of_rewards = trainer::check(config.rewards, config.reward_options, config.rollout.max_new_tokens, trainer::ControlRollouts::kNone, locations);
    problems.insert(problems.end(), of_rewards.begin(), of_rewards.end());
    if (config.rollout.group_size < 2)
      problems.push_back(concat(trainer::place_of("rollout.group_size", locations), ": a variance needs at least 2 responses"));
    if (config.filter.max_mean < config.filter.min_mean)
      problems.push_back(concat(trainer::place_of("filter.max_mean", locations), ": max_mean is below min_mean (", config.filter.min_mean, ")"));
    return problems;
  });
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
