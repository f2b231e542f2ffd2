#include "vrlt/evaluation_run/validation.h"

#include <algorithm>
#include <map>

#include "evaluation_run/answering.h"
#include "vrlt/core/error.h"
#include "vrlt/core/random.h"
#include "vrlt/core/stop_request.h"
#include "vrlt/distributed/same_files.h"
#include "vrlt/evaluation/headline.h"
#include "vrlt/evaluation/task_results.h"
#include "vrlt/io/own_json.h"
#include "vrlt/processor/shuffled_frames.h"
#include "vrlt/settings/generation.h"

namespace vrlt::evaluation_run {
namespace {

using Samples = std::vector<const data::Sample*>;

/// Batch number `index` of these samples.
Samples batch_of(const Samples& samples, size_t index, size_t size) {
  const auto begin = std::min(samples.size(), index * size),
             end = std::min(samples.size(), begin + size);
  return {samples.begin() + static_cast<ptrdiff_t>(begin),
          samples.begin() + static_cast<ptrdiff_t>(end)};
}

}  // namespace

Validation::Validation(const settings::TrainConfig& config, const opening::OpenedModel& opened,
                       distributed::ProcessGroup& group)
    : section_(config.validation),
      config_(settings::evaluation_of(config)),
      opened_(opened),
      group_(group),
      asking_(*opened.model, *opened.processor),
      all_(read_eval_samples(config_)),
      tasks_(split_by_benchmark(all_, config_)) {
  distributed::check_same_records(group, config_.data.records);
  std::erase_if(tasks_, [](const EvalTask& task) {
    return std::none_of(task.samples.begin(), task.samples.end(), [&](const auto* sample) {
      return evaluation::headline_score(*sample, {.id = sample->id}, task.scoring);
    });
  });
  if (tasks_.empty())
    throw DataError(concat("validation.records: none of the ", all_.samples.size(),
                           " samples has a label that can be scored without a judge"));
  if (!section_.blind) return;
  for (const auto& sample : all_.samples) {
    auto& blind = blind_.emplace_back(sample);
    blind.images.clear();
    blind.video.clear();
    blind.frames.reset();
  }
}

trainer::Validated Validation::operator()() {
  trainer::Validated validated;
  const auto answers = ask(View::kWhole);
  if (group_.any(stop_requested())) return validated;
  validated.scores = scores_of(answers);
  for (size_t t = 0; t < tasks_.size(); ++t) {
    record(tasks_[t], answers[t], validated.metrics);
    for (const auto* sample : tasks_[t].samples)
      if (evaluation::headline_score(*sample, {.id = sample->id}, tasks_[t].scoring))
        validated.clusters.push_back(sample->cluster);
  }
  validated.answers = shown_answers(answers);
  if (section_.blind) validated.blind = scores_of(ask(View::kBlind));
  if (section_.shuffled) validated.shuffled = scores_of(ask(View::kShuffled));
  return validated;
}

Validation::Answers Validation::ask(View view) {
  Answers answers;
  for (const auto& task : tasks_) answers.push_back(ask_task(task, view));
  return answers;
}

/// The batches are those of vrlt-eval, whoever asks them: what is decoded together rounds alike.
std::vector<evaluation::Answer> Validation::ask_task(const EvalTask& task, View view) {
  const auto samples = by_cost(task.samples, config_.video);
  const auto size = static_cast<size_t>(config_.batch),
             ranks = static_cast<size_t>(group_.world_size()),
             num_batches = (samples.size() + size - 1) / size;
  const auto generation = settings::generation_config(config_.generation, config_.seed);
  io::Json own = io::Json::array();
  for (size_t first = 0; first < num_batches && !group_.any(stop_requested()); first += ranks) {
    const auto index = first + static_cast<size_t>(group_.rank());
    const auto batch = batch_of(samples, index, size);
    auto coming = batch;
    for (const auto* sample : batch_of(samples, index + ranks, size)) coming.push_back(sample);
    if (view != View::kBlind) opened_.loader->prefetch(coming);
    const auto loaded = load(batch, view);
    const auto groups = asking_.ask(loaded, /*first_draw=*/0, generation);
    for (size_t i = 0; i < loaded.size(); ++i)
      own.push_back(evaluation::to_json(answer_of(loaded[i], groups[i]), *batch[i], task.scoring));
  }
  std::vector<evaluation::Answer> answers;
  for (const auto& of_rank : group_.all_gather(io::to_line(own)))
    for (const auto& line : io::parse_json(of_rank, "answers of a rank", io::kOwnJson))
      answers.push_back(evaluation::parse_answer(line, "answers of a rank"));
  return answers;
}

std::vector<rollout::LoadedPrompt> Validation::load(const Samples& samples, View view) {
  if (view == View::kBlind) {
    Samples blind;
    for (const auto* sample : samples)
      blind.push_back(&blind_[static_cast<size_t>(sample - all_.samples.data())]);
    return rollout::load_prompts(*opened_.loader, blind);
  }
  auto loaded = rollout::load_prompts(*opened_.loader, samples);
  if (view == View::kShuffled)
    for (auto& prompt : loaded)
      if (prompt.can_be_asked() && prompt.inputs->pixel_values_videos.defined())
        prompt.inputs =
            std::make_shared<const processor::ModelInputs>(processor::with_shuffled_frames(
                *prompt.inputs, opened_.processor->geometry(), config_.seed,
                stable_hash(prompt.sample->id + "/shuffled")));
  return loaded;
}

std::vector<double> Validation::scores_of(const Answers& answers) const {
  std::vector<double> scores;
  for (size_t t = 0; t < tasks_.size(); ++t) {
    std::map<std::string, const evaluation::Answer*> by_id;
    for (const auto& answer : answers[t]) by_id[answer.id] = &answer;
    for (const auto* sample : tasks_[t].samples) {
      const auto found = by_id.find(sample->id);
      const auto score = evaluation::headline_score(
          *sample, found != by_id.end() ? *found->second : evaluation::Answer{}, tasks_[t].scoring);
      if (score) scores.push_back(score->value);
    }
  }
  return scores;
}

/// What results.json of vrlt-eval would say.
void Validation::record(const EvalTask& task, const std::vector<evaluation::Answer>& answers,
                        metrics::MetricSet& metrics) const {
  const auto results = evaluation::parse_results(
      evaluation::summarize(task.samples, answers, task.scoring), "a validation");
  const auto name = concat("validation/", task.name, "/");
  for (const auto& strict : results.strict) metrics.mean(name + strict.metric, strict.all.value);
  const auto responses = static_cast<double>(results.responses);
  metrics.mean("validation/truncated", results.truncation_rate, responses);
  metrics.mean("validation/unreadable", results.parse_failure_rate, responses);
  metrics.sum("validation/errors", static_cast<double>(results.errors));
}

/// Those of the first samples of the records, so that the same ones come back each time.
std::vector<io::Json> Validation::shown_answers(const Answers& answers) const {
  std::map<std::string, io::Json> by_id;
  const auto count = std::min(static_cast<size_t>(section_.samples), all_.samples.size());
  for (size_t t = 0; t < tasks_.size(); ++t)
    for (const auto& answer : answers[t]) {
      const auto sample =
          std::find_if(all_.samples.begin(), all_.samples.begin() + static_cast<ptrdiff_t>(count),
                       [&](const auto& one) { return one.id == answer.id; });
      if (sample == all_.samples.begin() + static_cast<ptrdiff_t>(count)) continue;
      io::Json line = {{"id", answer.id},
                       {"task", data::to_string(sample->task)},
                       {"question", sample->question},
                       {"truth", evaluation::truth_json(*sample)}};
      if (!sample->options.empty()) line["options"] = sample->options;
      if (answer.error.empty() && !answer.responses.empty()) {
        line["text"] = answer.responses.front().text;
        line["finish"] = answer.responses.front().truncated ? "length" : "stop";
      } else {
        line["error"] = answer.error;
      }
      if (const auto score = evaluation::headline_score(*sample, answer, tasks_[t].scoring))
        line["score"] = score->value;
      by_id[answer.id] = std::move(line);
    }
  std::vector<io::Json> shown;
  for (size_t i = 0; i < count; ++i)
    if (const auto found = by_id.find(all_.samples[i].id); found != by_id.end())
      shown.push_back(found->second);
  return shown;
}

}  // namespace vrlt::evaluation_run
