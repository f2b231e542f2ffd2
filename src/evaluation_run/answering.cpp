#include "evaluation_run/answering.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>

#include "vrlt/check/run_plans.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/data/prompt.h"
#include "vrlt/distributed/same_files.h"
#include "vrlt/io/files.h"
#include "vrlt/metrics/progress.h"
#include "vrlt/opening/opened_model.h"
#include "vrlt/rollout/asking.h"
#include "vrlt/run_folder/run_folder.h"
#include "vrlt/selection_run/response_store.h"
#include "vrlt/settings/generation.h"
#include "vrlt/trainer/same_weights.h"

namespace vrlt::evaluation_run {
namespace {

using Clock = std::chrono::steady_clock;
using Samples = std::vector<const data::Sample*>;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// What this rank did and how long it took.
struct Work {
  Clock::time_point start = Clock::now();
  double reading_seconds = 0.0;  ///< Of videos.
  int64_t samples = 0, tokens = 0;

  std::string text() const {
    const double seconds = std::max(seconds_since(start), 1e-9);
    char line[128];
    std::snprintf(line, sizeof line, "%.1f tokens/s, %.0f %% reading videos",
                  static_cast<double>(tokens) / seconds, 100 * reading_seconds / seconds);
    return line;
  }
};

/// What the model was shown: most disputes about scores come down to these numbers.
io::Json shown_inputs(const data::PromptEntry& prompt, const processor::ModelInputs& inputs) {
  constexpr size_t kHashDigits = 16;
  io::Json shown = {{"prompt_id", prompt.name},
                    {"prompt_sha", io::sha256(inputs.text).substr(0, kHashDigits)},
                    {"n_prompt_tok", inputs.input_ids.numel()}};
  if (!inputs.video_grid_thw.defined()) return shown;
  const auto* grid = inputs.video_grid_thw.const_data_ptr<int64_t>();
  shown["n_frames"] = inputs.num_frames;
  shown["fps"] = inputs.sample_fps;
  shown["grid_thw"] = {grid[0], grid[1], grid[2]};
  return shown;
}

/// A model that answers; opened when the first question is asked.
class Answerer {
 public:
  Answerer(const settings::EvalConfig& config, const std::vector<const data::Sample*>& samples,
           distributed::ProcessGroup& group)
      : config_(config),
        opened_(opening::open_model(config.model, config.data,
                                    {config.video, config.image, config.subtitle_frames},
                                    config.seed)),
        asking_(*opened_.model, *opened_.processor),
        generation_(settings::generation_config(config.generation, config.seed)) {
    generation_.cache_tokens = opening::cache_tokens(
        config.model, config.data, {config.video, config.image, config.subtitle_frames},
        config.generation, config.batch, samples);
    for (const auto& folder : opening::model_paths(config.model))
      distributed::check_same_model_folder(group, folder);
    trainer::check_same_weights(group, *opened_.model, "at the start");
  }

  /// A line of samples.jsonl for each sample of the next batch.
  std::vector<io::Json> answer(const selection_run::ResponseStore& store,
                               const evaluation::Scoring& scoring, Work& work) {
    opened_.loader->prefetch(store.coming_samples());
    const auto start = Clock::now();
    const auto loaded = rollout::load_prompts(*opened_.loader, store.next_samples());
    work.reading_seconds += seconds_since(start);
    const auto groups = asking_.ask(loaded, /*first_draw=*/0, generation_);
    std::vector<io::Json> lines;
    for (size_t i = 0; i < loaded.size(); ++i) {
      const auto& sample = *loaded[i].sample;
      const auto answer = answer_of(loaded[i], groups[i]);
      for (const auto& response : answer.responses) work.tokens += response.num_tokens;
      lines.push_back(evaluation::to_json(answer, sample, scoring));
      lines.back()["asked"] = evaluation::asked_json(sample);
      if (loaded[i].can_be_asked())
        lines.back()["input"] = shown_inputs(opened_.loader->prompt_of(sample), *loaded[i].inputs);
    }
    work.samples += std::ssize(loaded);
    return lines;
  }

 private:
  const settings::EvalConfig& config_;
  opening::OpenedModel opened_;
  rollout::Asking asking_;
  rollout::GenerationConfig generation_;
};

Samples all_samples(const std::vector<EvalTask>& tasks) {
  Samples all;
  for (const auto& task : tasks) all.insert(all.end(), task.samples.begin(), task.samples.end());
  return all;
}

}  // namespace

evaluation::Answer answer_of(const rollout::LoadedPrompt& loaded,
                             const rollout::RolloutGroup& group) {
  evaluation::Answer answer{.id = loaded.sample->id, .responses = {}, .error = loaded.error};
  for (const auto& response : group.responses)
    answer.responses.push_back(
        {response.text, response.truncated, static_cast<int64_t>(response.ids.size())});
  return answer;
}

std::vector<const data::Sample*> by_cost(std::vector<const data::Sample*> samples,
                                         const video::VideoOptions& video) {
  std::stable_sort(samples.begin(), samples.end(),
                   [&](const data::Sample* a, const data::Sample* b) {
                     return expected_frames(*a, video) > expected_frames(*b, video);
                   });
  return samples;
}

double expected_frames(const data::Sample& sample, const video::VideoOptions& video) {
  if (video.num_frames) return static_cast<double>(*video.num_frames);
  const auto most = static_cast<double>(video.max_frames);
  const auto end = sample.clip_end ? sample.clip_end : sample.duration;
  return end ? std::clamp((*end - sample.clip_start) * video.fps,
                          std::min(static_cast<double>(video.min_frames), most), most)
             : most;
}

std::vector<std::vector<evaluation::Answer>> answer_tasks(const std::vector<EvalTask>& tasks,
                                                          const settings::EvalConfig& config,
                                                          distributed::ProcessGroup& group) {
  std::vector<std::unique_ptr<selection_run::ResponseStore>> stores;
  int64_t done = 0, total = 0;
  const auto file_of = [&](const EvalTask& task) {
    return config.run_folder() / task.name / "samples.jsonl";
  };
  for (const auto& task : tasks) {
    stores.push_back(std::make_unique<selection_run::ResponseStore>(
        file_of(task), by_cost(task.samples, config.video), config.batch, "err", group));
    done += static_cast<int64_t>(stores.back()->num_asked());
    total += static_cast<int64_t>(task.samples.size());
  }
  std::optional<Answerer> answerer;
  std::optional<metrics::ProgressBar> progress;
  if (group.is_first()) progress.emplace("eval", total, done);
  Work work;
  std::vector<std::vector<evaluation::Answer>> answers;
  for (size_t t = 0; t < tasks.size(); ++t) {
    auto& store = *stores[t];
    while (!store.complete()) {
      if (!answerer) {
        if (group.is_first()) check::foretell(check::plan_of(config), all_samples(tasks));
        answerer.emplace(config, all_samples(tasks), group);
        if (group.is_first())
          opening::tell_what_is_not_followed(config.model, config.data, all_samples(tasks));
      }
      if (group.is_first()) {
        run_folder::require_run_folder(config.run_folder());
        io::create_folders(file_of(tasks[t]).parent_path());
      }
      const auto before = static_cast<int64_t>(store.num_asked());
      store.append(answerer->answer(store, tasks[t].scoring, work));
      done += static_cast<int64_t>(store.num_asked()) - before;
      if (progress) progress->update(done, work.text());
    }
    answers.emplace_back();
    store.for_each("", [&](size_t, const io::Json& line) {
      answers.back().push_back(evaluation::parse_answer(line, tasks[t].name));
    });
  }
  if (work.samples > 0)
    log::info(concat("asked ", work.samples, " samples in ",
                     static_cast<int64_t>(seconds_since(work.start) + 0.5), " s, ", work.text()));
  return answers;
}

}  // namespace vrlt::evaluation_run
