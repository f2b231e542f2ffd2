#include "vrlt/app/select.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>

#include "vrlt/trainer/rollout_log.h"
#include "vrlt/app/opened_model.h"
#include "vrlt/app/ranks.h"
#include "vrlt/config/load.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/core/stop_request.h"
#include "vrlt/io/jsonl.h"
#include "vrlt/metrics/progress.h"
#include "vrlt/rollout/rollout_engine.h"
#include "vrlt/selection/sample_filter.h"

namespace vrlt::app {
namespace fs = std::filesystem;
namespace {

/// What `vrlt-select` reads.
struct SelectConfig {
  std::string name;
  std::string output = "runs";
  uint64_t seed = 0;
  int64_t batch = 16;
  trainer::ModelSection model;
  trainer::DataSection data;
  video::VideoOptions video;
  trainer::RolloutSection rollout;
  std::vector<config::WeightedName> rewards = {{"temporal_iou", 1.0}, {"choice", 1.0}, {"grounded_qa", 1.0}};
  selection::FilterConfig filter;
};

void visit_fields(config::FieldVisitor& v, SelectConfig& c) {
  std::vector<std::string> reward_names;
  for (const auto& entry : rewards::reward_table()) reward_names.emplace_back(entry.name);
  v.field({.name = "name", .help = "of the run; its folder is output/name", .required = true}, c.name);
  v.field({.name = "output", .help = "folder of run folders", .required = true}, c.output);
  v.field({.name = "seed", .help = "of sampling"}, c.seed);
  v.field({.name = "batch", .help = "prompts decoded together", .min = 1}, c.batch);
  v.section("model", "the model whose answers are judged", c.model);
  v.section("data", "the samples to choose from", c.data);
  v.begin_section("video", "which frames, and how large");
  trainer::visit_video_fields(v, c.video);
  v.end_section();
  v.section("rollout", "how responses are sampled; as in the training to come", c.rollout);
  v.field({.name = "rewards", .help = "accuracy rewards whose spread is measured", .choices = reward_names}, c.rewards);
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

std::string to_lines(const std::vector<io::Json>& lines) {
  std::string text;
  for (const auto& line : lines) text += io::to_line(line) + "\n";
  return text;
}

std::vector<io::Json> parse_lines(const std::string& text) {
  std::vector<io::Json> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    lines.push_back(io::parse_json(std::string_view(text).substr(begin, end - begin), "a line of another rank"));
    begin = end + 1;
  }
  return lines;
}

/// Reads the store and cuts it to whole batches, so that a resumed run decodes the same batches as an undisturbed one.
std::vector<io::Json> read_store(const fs::path& path, size_t num_samples, int64_t batch) {
  std::vector<io::Json> lines;
  if (!fs::exists(path)) return lines;
  io::for_each_jsonl(path, /*tolerate_torn_tail=*/true, [&](int64_t, io::Json line) { lines.push_back(std::move(line)); });
  if (lines.size() >= num_samples) return lines;
  const size_t whole = lines.size() / static_cast<size_t>(batch) * static_cast<size_t>(batch);
  lines.resize(whole);
  io::write_file_atomic(path, to_lines(lines));
  return lines;
}

/// What rank 0 finds in the store, on every rank.
std::vector<io::Json> share_store(const fs::path& path, size_t num_samples, int64_t batch, distributed::ProcessGroup& group) {
  std::vector<io::Json> lines;
  if (group.is_first()) lines = read_store(path, num_samples, batch);
  return parse_lines(group.broadcast(to_lines(lines)));
}

/// Samples all batches that the store lacks, each rank every so many of them. A line per sample, in the order of the records.
std::vector<io::Json> fill_store(const SelectConfig& config, const std::vector<data::Sample>& samples, const fs::path& path, distributed::ProcessGroup& group) {
  auto lines = share_store(path, samples.size(), config.batch, group);
  if (lines.size() >= samples.size()) return lines;
  auto opened = open_model(config.model, config.data, config.video, config.seed);
  const auto& vision = opened.processor->vision_tokens();
  rollout::RolloutEngine engine(*opened.model, opened.processor->tokenizer(), {vision.image_pad, vision.video_pad, vision.vision_start, vision.vision_end});
  std::vector<rewards::RewardTerm> terms;
  for (const auto& [name, weight] : config.rewards) terms.push_back({name, weight});
  const rewards::RewardFunction reward(terms);
  std::optional<io::JsonlAppender> store;
  std::optional<metrics::ProgressBar> progress;
  if (group.is_first()) {
    store.emplace(path);
    progress.emplace("select", static_cast<int64_t>(samples.size()), static_cast<int64_t>(lines.size()));
  }
  while (lines.size() < samples.size()) {
    if (group.any(stop_requested())) throw StopRequested("stopped as asked; run the same command to go on");
    const size_t begin = std::min(samples.size(), lines.size() + static_cast<size_t>(group.rank() * config.batch));
    const size_t end = std::min(samples.size(), begin + static_cast<size_t>(config.batch));
    std::vector<io::Json> batch_lines;
    std::vector<rollout::Prompt> prompts;
    std::map<std::string, std::string> errors;
    for (size_t i = begin; i < end; ++i) {
      try {
        prompts.push_back({samples[i].id, opened.loader->load(samples[i])});
      } catch (const Error& error) {
        log::warning(concat("leaving out ", error.what()));
        errors[samples[i].id] = error.what();
      }
    }
    const auto groups = engine.generate(prompts, {.group_size = config.rollout.group_size, .max_new_tokens = config.rollout.max_new_tokens,
                                                  .sampling = config.rollout.sampling, .seed = config.seed});
    size_t next = 0;
    for (size_t i = begin; i < end; ++i) {
      io::Json line;
      if (errors.count(samples[i].id) != 0) {
        line = {{"id", samples[i].id}, {"error", errors[samples[i].id]}};
      } else {
        const auto& group = groups[next++];
        std::vector<rewards::ScoredResponse> scores;
        for (const auto& response : group.responses)
          scores.push_back(reward({samples[i], response.text, static_cast<int64_t>(response.ids.size()), response.truncated}));
        line = trainer::rollout_record(samples[i], group, reward.terms(), scores, {});
        for (size_t k = 0; k < scores.size(); ++k) line["responses"][k]["accuracy"] = scores[k].accuracy;
      }
      batch_lines.push_back(std::move(line));
    }
    for (const auto& of_rank : group.all_gather(to_lines(batch_lines)))
      for (auto& line : parse_lines(of_rank)) {
        if (store) store->append(line);
        lines.push_back(std::move(line));
      }
    if (progress) progress->update(static_cast<int64_t>(lines.size()));
  }
  if (store) store->close();
  return lines;
}

/// Whether a reward of this run that applies to the task has values between 0 and 1.
bool is_continuous(const io::Json& line, const SelectConfig& config) {
  for (const auto& [name, weight] : config.rewards)
    for (const auto& response : line["responses"])
      if (response["components"].contains(name) && rewards::find_reward(name).continuous) return true;
  return false;
}

selection::SampleStatistics statistics_of(const io::Json& line, const SelectConfig& config) {
  selection::SampleStatistics s;
  s.id = line["id"].get<std::string>();
  s.task = line["task"].get<std::string>();
  s.continuous = is_continuous(line, config);
  double length = 0.0;
  for (const auto& response : line["responses"]) {
    s.rewards.push_back(response["accuracy"].get<double>());
    bool parsed = true;
    for (const auto& [name, component] : response["components"].items()) {
      const auto reason = component["reason"].get<std::string>();
      parsed = parsed && (reason == "ok" || reason == "wrong" || reason == "zero_length" || reason == "inverted");
    }
    s.num_parsed += parsed;
    s.num_truncated += response["finish"] == "length";
    length += response["tokens"].get<double>();
  }
  s.mean_length = length / static_cast<double>(s.rewards.size());
  selection::compute_statistics(s);
  return s;
}

void write_lines(const fs::path& path, const std::vector<io::Json>& lines) { io::write_file_atomic(path, to_lines(lines)); }

int select_on_rank(const SelectConfig& config, const std::string& yaml, const CommandLine& command, distributed::ProcessGroup& group);

}  // namespace

int run_select(const CommandLine& command) {
  SelectConfig config;
  const auto visit = [&](config::FieldVisitor& visitor) { visit_fields(visitor, config); };
  config::load(command.config, command.overrides, visit, [&](const config::KeyLocations& locations) {
    std::vector<std::string> problems;
    if (config.rollout.group_size < 2)
      problems.push_back(concat(locations.count("rollout.group_size") ? locations.at("rollout.group_size") : "rollout.group_size", ": a variance needs at least 2 responses"));
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

namespace {

int select_on_rank(const SelectConfig& config, const std::string& yaml, const CommandLine& command, distributed::ProcessGroup& group) {
  const auto samples = read_samples(config.data);
  const auto folder = fs::path(config.output) / config.name;
  if (group.is_first()) open_run_folder(folder, yaml, command, input_paths(config.model, config.data));
  const auto lines = fill_store(config, samples, folder / "rollouts.jsonl", group);
  if (!group.is_first()) return 0;

  std::vector<selection::SampleStatistics> statistics;
  std::vector<io::Json> statistics_lines, rejected, selected;
  for (const auto& line : lines) {
    if (line.contains("error")) {
      rejected.push_back({{"id", line["id"]}, {"reason", "unreadable"}, {"error", line["error"]}});
      continue;
    }
    statistics.push_back(statistics_of(line, config));
    statistics_lines.push_back(selection::to_json(statistics.back()));
  }
  if (static_cast<double>(rejected.size()) > config.data.max_bad_fraction * static_cast<double>(samples.size()))
    throw DataError(concat(rejected.size(), " of ", samples.size(), " samples cannot be read, more than data.max_bad_fraction allows"));
  std::map<std::string, const data::Sample*> by_id;
  for (const auto& sample : samples) by_id[sample.id] = &sample;
  const auto decisions = selection::select_samples(statistics, config.filter, config.seed);
  std::map<std::string, std::map<std::string, int64_t>> counts;  // task -> reason -> samples
  for (size_t i = 0; i < decisions.size(); ++i) {
    const auto& decision = decisions[i];
    ++counts[statistics[i].task][decision.reason];
    if (decision.selected) selected.push_back(by_id.at(decision.id)->record);
    else rejected.push_back({{"id", decision.id}, {"reason", decision.reason}, {"score", decision.score}});
  }
  write_lines(folder / "statistics.jsonl", statistics_lines);
  write_lines(folder / "selected.jsonl", selected);
  write_lines(folder / "rejected.jsonl", rejected);
  for (const auto& [task, reasons] : counts) {
    std::printf("%s:", task.c_str());
    for (const auto& [reason, count] : reasons) std::printf("  %s %lld", reason.c_str(), static_cast<long long>(count));
    std::printf("\n");
  }
  std::printf("selected %zu of %zu -> %s\n", selected.size(), samples.size(), (folder / "selected.jsonl").c_str());
  return 0;
}

}  // namespace
}  // namespace vrlt::app
