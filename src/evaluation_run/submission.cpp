#include "evaluation_run/submission.h"

#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/data/exporter_table.h"
#include "vrlt/io/files.h"

namespace vrlt::evaluation_run {
namespace {

/// As `vrlt-data export` reads them from the lines of samples.jsonl.
data::Predictions predictions_of(const EvalTask& task,
                                 const std::vector<evaluation::Answer>& answers) {
  std::map<std::string, const data::Sample*> samples;
  for (const auto* sample : task.samples) samples[sample->id] = sample;
  data::Predictions predictions;
  for (const auto& answer : answers) {
    const auto sample = samples.find(answer.id);
    if (sample == samples.end() || !answer.error.empty()) continue;
    predictions[answer.id] =
        data::parse_prediction(evaluation::to_json(answer, *sample->second, task.scoring),
                               sample->second->clip_start, answer.id);
  }
  return predictions;
}

}  // namespace

void write_submission(const EvalTask& task, const std::vector<evaluation::Answer>& answers,
                      const settings::EvalConfig& config) {
  const auto* benchmark = benchmark_of(*task.samples.front(), config);
  if (benchmark == nullptr || benchmark->exporter == nullptr) return;
  const auto& exporter = data::find_exporter(benchmark->exporter);
  const auto path = config.run_folder() / "submissions" / benchmark->submission;
  try {
    const auto result = exporter.write(task.samples, predictions_of(task, answers));
    io::create_folders(exporter.writes_folder ? path : path.parent_path());
    for (const auto& file : result.files)
      io::write_file_atomic(file.name.empty() ? path : path / file.name, file.bytes);
  } catch (const DataError& error) {
    log::warning(concat("no ", path.string(), ": ", error.what()));
  }
}

}  // namespace vrlt::evaluation_run
