#include "vrlt/evaluation_run/eval_tasks.h"

#include <map>
#include <set>
#include <sstream>

#include "vrlt/core/error.h"
#include "vrlt/data/benchmark_sizes.h"
#include "vrlt/data/prompt.h"
#include "vrlt/evaluation/benchmark.h"
#include "vrlt/evaluation/strict_score.h"
#include "vrlt/io/text.h"
#include "vrlt/opening/opened_model.h"
#include "vrlt/opening/read_samples.h"

namespace vrlt::evaluation_run {
namespace fs = std::filesystem;
namespace {

/// The ids a list names: an item that is no id of a record but a file holds one on each line.
std::set<std::string> wanted_ids(const std::vector<std::string>& items,
                                 const std::set<std::string>& known) {
  constexpr uint64_t kMaxBytes = 64 << 20;
  std::set<std::string> ids;
  for (const auto& item : items) {
    if (known.contains(item) || !fs::is_regular_file(item)) {
      ids.insert(item);
      continue;
    }
    std::istringstream lines(io::read_text(item, kMaxBytes));
    for (std::string line; std::getline(lines, line);)
      if (!line.empty()) ids.insert(line);
  }
  return ids;
}

evaluation::Scoring scoring_of(const evaluation::BenchmarkEntry* benchmark,
                               const settings::EvalConfig& config) {
  evaluation::Scoring scoring{.prompt = &data::find_prompt(config.data.prompt),
                              .seed = config.seed,
                              .official_judge_bug = config.official_judge_bug,
                              .substring_groups = config.substring_groups,
                              .predict_only = config.predict_only};
  auto names = config.compat;
  if (names.empty() && benchmark != nullptr)
    names = evaluation::profile_names(*benchmark, scoring.prompt->think, config.data.prompt);
  for (const auto& name : names) scoring.profiles.push_back(&evaluation::find_compat(name));
  if (benchmark != nullptr) scoring.macro_over = benchmark->macro_over;
  return scoring;
}

}  // namespace

EvalSamples read_eval_samples(const settings::EvalConfig& config) {
  auto section = config.data;
  section.max_samples = 0;
  EvalSamples all{.samples = opening::read_samples(section, data::BadTruths::kKeepPublished)};
  auto& samples = all.samples;
  all.num_records = std::ssize(samples);
  if (!config.ids.empty()) {
    std::set<std::string> known;
    for (const auto& sample : samples) known.insert(sample.id);
    const auto wanted = wanted_ids(config.ids, known);
    for (const auto& id : wanted)
      if (!known.contains(id)) throw ConfigError(concat("ids: no record has the id \"", id, "\""));
    std::erase_if(samples, [&](const data::Sample& sample) { return !wanted.contains(sample.id); });
  }
  if (config.data.max_samples > 0 && std::ssize(samples) > config.data.max_samples)
    samples.resize(static_cast<size_t>(config.data.max_samples));
  return all;
}

const evaluation::BenchmarkEntry* benchmark_of(const data::Sample& sample,
                                               const settings::EvalConfig& config) {
  return evaluation::find_benchmark(
      sample, data::prompt_of(sample, config.data.prompt).subtitles_lead != nullptr);
}

std::vector<EvalTask> split_by_benchmark(const EvalSamples& all,
                                         const settings::EvalConfig& config) {
  std::map<std::string, EvalTask> by_name;
  for (const auto& sample : all.samples) {
    const auto* benchmark = benchmark_of(sample, config);
    const std::string name =
        benchmark != nullptr ? benchmark->name : evaluation::find_strict(sample.task).name;
    auto& task = by_name[name];
    if (task.samples.empty())
      task = {.name = name,
              .samples = {},
              .scoring = scoring_of(benchmark, config),
              .is_part = all.is_part()};
    task.samples.push_back(&sample);
  }
  std::vector<EvalTask> tasks;
  for (auto& [name, task] : by_name) tasks.push_back(std::move(task));
  return tasks;
}

std::vector<EvalTask> pooled_tasks(const std::vector<EvalTask>& tasks,
                                   const settings::EvalConfig& config) {
  std::map<std::string, EvalTask> by_bench;
  std::map<std::string, int> num_tasks;
  for (const auto& task : tasks) {
    const auto* benchmark = benchmark_of(*task.samples.front(), config);
    if (benchmark == nullptr || *benchmark->headline == '\0') continue;
    auto& pooled = by_bench[benchmark->bench];
    pooled.name = benchmark->bench;
    pooled.pooled = true;
    pooled.is_part = task.is_part;
    pooled.scoring = task.scoring;
    pooled.samples.insert(pooled.samples.end(), task.samples.begin(), task.samples.end());
    ++num_tasks[benchmark->bench];
  }
  std::vector<EvalTask> pools;
  for (const auto& profile : evaluation::compat_table())
    if (num_tasks[profile.name] > 1) {
      pools.push_back(by_bench[profile.name]);
      pools.back().scoring.profiles = {&profile};
    }
  return pools;
}

int64_t published_samples(const EvalTask& task, const settings::EvalConfig& config) {
  const auto& sample = *task.samples.front();
  const auto* benchmark = benchmark_of(sample, config);
  if (benchmark == nullptr) return 0;
  if (task.pooled) {
    int64_t all = 0;
    for (const auto& entry : evaluation::benchmark_table())
      if (sample.bench == entry.bench && *entry.headline != '\0') all += entry.num_samples;
    return all;
  }
  const auto* size = data::find_benchmark_size(sample.bench, sample.split);
  return size != nullptr && sample.bench == benchmark->name ? size->samples
                                                            : benchmark->num_samples;
}

std::string not_comparable(const EvalTask& task, const settings::EvalConfig& config) {
  const int64_t published = published_samples(task, config);
  const auto count = static_cast<int64_t>(task.samples.size());
  if (published > 0 && count != published)
    return concat(count, " samples, the benchmark has ", published);
  if (!task.is_part) return {};
  if (!config.ids.empty()) return concat(count, " chosen samples (--ids)");
  if (config.data.max_samples > 0)
    return concat("the first ", config.data.max_samples, " samples of the records (--limit)");
  return {};
}

}  // namespace vrlt::evaluation_run
