#pragma once

#include <vector>

#include "vrlt/distributed/process_group.h"
#include "vrlt/evaluation_run/eval_tasks.h"
#include "vrlt/opening/opened_model.h"
#include "vrlt/rollout/asking.h"
#include "vrlt/settings/train_config.h"
#include "vrlt/trainer/validated.h"

namespace vrlt::evaluation_run {

/// The validation of a training run: its held-out records, asked of the run's own policy through
/// the run's own loader and caches, in the batches that vrlt-eval would make of them and scored as
/// it scores them. What it finds depends neither on the number of ranks nor on what was trained on
/// meanwhile, and leaves no trace in either.
class Validation {
 public:
  /// Reads the records. @param config  with validation.records; outlives the object, as the others
  /// do.
  /// @throws as read_eval_samples; DataError if no sample has a label that can be scored.
  Validation(const settings::TrainConfig& config, const opening::OpenedModel& opened,
             distributed::ProcessGroup& group);

  trainer::Validated operator()();

 private:
  /// What the model is shown.
  enum class View { kWhole, kBlind, kShuffled };
  using Answers = std::vector<std::vector<evaluation::Answer>>;  // by task

  std::vector<evaluation::Answer> ask_task(const EvalTask& task, View view);
  std::vector<rollout::LoadedPrompt> load(const std::vector<const data::Sample*>& samples,
                                          View view);
  Answers ask(View view);
  std::vector<double> scores_of(const Answers& answers) const;
  void record(const EvalTask& task, const std::vector<evaluation::Answer>& answers,
              metrics::MetricSet& metrics) const;
  std::vector<io::Json> shown_answers(const Answers& answers) const;

  const settings::ValidationSection& section_;
  settings::EvalConfig config_;
  const opening::OpenedModel& opened_;
  distributed::ProcessGroup& group_;
  rollout::Asking asking_;
  EvalSamples all_;
  std::vector<data::Sample> blind_;  ///< The same samples without pictures, where they are asked.
  std::vector<EvalTask> tasks_;
};

}  // namespace vrlt::evaluation_run
