#include "vrlt/evaluation_run/lmms_format.h"

#include <chrono>
#include <ctime>

#include "vrlt/core/error.h"
#include "vrlt/data/prompt.h"
#include "vrlt/evaluation/task_results.h"
#include "vrlt/evaluation_run/eval_tasks.h"
#include "vrlt/io/files.h"
#include "vrlt/io/jsonl.h"
#include "vrlt/selection_run/stored_answers.h"

namespace vrlt::evaluation_run {
namespace fs = std::filesystem;
namespace {

using io::Json;

/// YYYYMMDD_HHMMSS, UTC.
std::string time_of(const fs::path& file) {
  const auto system = std::chrono::file_clock::to_sys(fs::last_write_time(file));
  const std::time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(system));
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y%m%d_%H%M%S", &parts);
  return text;
}

/// What the answer should have been, as lmms-eval's tasks tell it: a letter, a text, or the true
/// span.
std::string target_of(const data::Sample& sample) {
  if (sample.answer_option) return std::string(1, static_cast<char>('A' + *sample.answer_option));
  if (sample.segments.empty()) return sample.answer_text.value_or("");
  return Json{sample.segments.front().start_seconds, sample.segments.front().end_seconds}.dump();
}

Json sample_line(int64_t index, const data::Sample& sample, const evaluation::Answer& answer,
                 const EvalTask& task) {
  const auto& prompt =
      sample.prompt.empty() ? *task.scoring.prompt : data::find_prompt(sample.prompt);
  const auto input = data::render_prompt(prompt, sample), target = target_of(sample);
  Json texts = Json::array(), read = Json::array();
  for (const auto& response : answer.responses) {
    texts.push_back(response.text);
    read.push_back(data::as_read(prompt, response.text));
  }
  Json line = {{"doc_id", index},
               {"doc", sample.record.json()},
               {"target", target},
               {"input", input},
               {"resps", Json::array({texts})},
               {"filtered_resps", read},
               {"doc_hash", io::sha256(sample.record.text())},
               {"prompt_hash", io::sha256(input)},
               {"target_hash", io::sha256(target)}};
  const auto scores = evaluation::to_json(answer, sample, task.scoring);
  const auto& first = scores.contains("responses") ? scores["responses"].front() : scores;
  const auto* way = first.contains("compat")   ? &first["compat"]
                    : first.contains("strict") ? &first["strict"]
                                               : nullptr;
  if (way != nullptr) line.update(way->at("score"));
  return line;
}

/// The lines of a task's samples. @return the hash of the records, as lmms-eval takes it.
std::string write_samples(const EvalTask& task, const fs::path& answers_file,
                          const fs::path& output) {
  std::map<std::string, evaluation::Answer> answers;
  for (auto& answer : selection_run::read_answers(answers_file))
    answers[answer.id] = std::move(answer);
  std::string lines, hashes;
  for (size_t i = 0; i < task.samples.size(); ++i) {
    const auto answer = answers.find(task.samples[i]->id);
    if (answer == answers.end()) continue;
    const auto line = sample_line(static_cast<int64_t>(i), *task.samples[i], answer->second, task);
    hashes += concat("sample_", i, line["doc_hash"].get<std::string>());
    lines += io::to_line(line) + "\n";
  }
  io::write_file_atomic(output, lines);
  return io::sha256(hashes);
}

void add_metric(const std::string& task, const std::string& metric, const std::string& filter,
                const evaluation::StoredEstimate& estimate, Json& all) {
  all["results"][task][concat(metric, ",", filter)] = 100 * estimate.value;
  all["results"][task][concat(metric, "_stderr,", filter)] =
      100 * estimate.standard_error.value_or(0.0);
  all["higher_is_better"][task][metric] = true;
}

void add_results(const std::string& task, const evaluation::TaskResults& results, Json& all) {
  all["results"][task] = {{"alias", task}};
  all["group_subtasks"][task] = Json::array();
  all["configs"][task] = {{"task", task}, {"prompt", results.prompt}, {"num_fewshot", 0}};
  all["versions"][task] = "vs/1";
  all["n-shot"][task] = 0;
  all["higher_is_better"][task] = Json::object();
  all["n-samples"][task] = {{"original", results.published.value_or(results.expected)},
                            {"effective", results.done}};
  if (const auto* profile = results.headline()) {
    for (const auto& [metric, estimate] : profile->metrics)
      add_metric(task, metric, profile->name, estimate, all);
  } else {
    for (const auto& strict : results.strict)
      add_metric(task, strict.metric, "strict", strict.answered, all);
  }
}

}  // namespace

fs::path write_lmms_format(const fs::path& run_folder, const fs::path& output) {
  if (!fs::exists(run_folder / "config.yaml"))
    throw MissingInputError(concat(run_folder.string(), " holds no run of vrlt-eval"));
  const auto config = settings::load_eval_config(run_folder / "config.yaml", {});
  const auto samples = read_eval_samples(config);
  const auto folder = output / fs::weakly_canonical(run_folder).filename();
  const auto time = time_of(run_folder / "environment.json");
  io::create_folders(folder);
  Json all = {{"results", Json::object()}};
  Json hashes = Json::object();
  for (const auto& task : split_by_benchmark(samples, config)) {
    const auto file = run_folder / task.name / "results.json";
    add_results(task.name, evaluation::parse_results(io::read_json(file), file.string()), all);
    hashes[task.name] = write_samples(task, run_folder / task.name / "samples.jsonl",
                                      folder / concat(time, "_samples_", task.name, ".jsonl"));
  }
  all["config"] = {
      {"model", "vrlt"},
      {"model_args", concat("pretrained=", config.model.path, ",dtype=", config.model.dtype,
                            config.model.adapter.empty() ? "" : ",peft=" + config.model.adapter)},
      {"batch_size", config.batch},
      {"limit", config.data.max_samples > 0 ? Json(config.data.max_samples) : Json(nullptr)},
      {"gen_kwargs",
       {{"max_new_tokens", config.generation.max_new_tokens},
        {"temperature", config.generation.sampling.temperature},
        {"top_p", config.generation.sampling.top_p}}},
      {"random_seed", config.seed}};
  all["environment"] = io::read_json(run_folder / "environment.json");
  all["date"] = time;
  all["task_hashes"] = hashes;
  io::write_file_atomic(folder / concat(time, "_results.json"),
                        all.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  return folder;
}

}  // namespace vrlt::evaluation_run
