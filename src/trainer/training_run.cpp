#include "trainer/training_run.h"

#include <cmath>
#include <cstdio>
#include <limits>
#include <map>

#include "trainer/log/earlier_lines.h"
#include "trainer/trained_parameters.h"
#include "trainer/validation_state.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/core/out_of_memory.h"
#include "vrlt/distributed/all_or_none.h"
#include "vrlt/distributed/work_sharing.h"
#include "vrlt/io/own_json.h"
#include "vrlt/model/finite_weights.h"
#include "vrlt/model/vision_features.h"
#include "vrlt/optim/optimizer_table.h"
#include "vrlt/processor/prompt_cost.h"
#include "vrlt/rollout/asking.h"
#include "vrlt/trainer/same_weights.h"
#include "vrlt/trainer/sharding.h"

namespace vrlt::trainer {
namespace {

/// The policy's parameters that train, which record gradients from now on.
optim::NamedTensors prepare_training(const TrainingParts& parts) {
  auto trained = which_parameters_train(parts.config.model, parts.policy);
  record_gradients_of(trained, parts.policy);
  return trained;
}

/// The reference, unless it is the model that the run started from, or a part of the adapter.
model::VisionLanguageModel* moving_reference(const TrainingParts& parts) {
  const bool is_own = parts.config.algorithm.reference_sync_every > 0 && !parts.config.lora.is_on();
  return is_own ? parts.reference : nullptr;
}

/// For the progress line: the metric `shown`, then what the step was like, the most telling first.
/// What the step does not have is left out.
std::string progress_note(const metrics::MetricSet& metrics, const std::string& shown) {
  std::string note;
  const auto add = [&](const char* format, auto... values) {
    char text[96];
    std::snprintf(text, sizeof text, format, values...);
    note += concat(note.empty() ? "" : "  ", text);
  };
  constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
  if (const double value = metrics.value(shown, kMissing); !std::isnan(value))
    add("%s %.4g", shown.c_str(), value);
  const double seconds = metrics.value("time/step_seconds", 0.0);
  if (seconds <= 0) return note;
  add("%.0f tok/s", metrics.value("response/tokens", metrics.value("batch/tokens", 0.0)) / seconds);
  if (const double share = metrics.value("time/model_flop_utilisation", 0.0); share > 0)
    add("MFU %.2g%%", 100 * share);
  const auto add_share = [&](const char* what, const char* metric) {
    const double share = 100 * metrics.value(metric, 0.0) / seconds;
    if (share > 0) add("%s %.0f%%", what, share);
  };
  add_share("load", "time/load_seconds");
  add_share("rollout", "time/rollout_seconds");
  add_share("update", "time/update_seconds");
  return note;
}

bool too_many(size_t num_bad, const TrainingParts& parts) {
  return static_cast<double>(num_bad) >
         parts.config.data.max_bad_fraction * static_cast<double>(parts.samples.size());
}

}  // namespace

TrainingRun::TrainingRun(const TrainingParts& parts, int64_t updates_per_step,
                         const RunState::CheckState& check)
    : parts_(parts),
      optimizer_(
          prepare_training(parts),
          [&](const auto& own) { return optim::make_optimizer(own, parts.config.optim); },
          parts.group, resolved_sharding(parts.config.distributed, parts.group),
          parts.policy.parameters().sharded_blocks()),
      schedule_(parts.config.optim, parts.config.steps * updates_per_step),
      step_policy_(parts.config.optim.max_skipped_updates),
      state_({.run_folder = parts.run_folder,
              .policy = parts.policy,
              .moving_reference = moving_reference(parts),
              .optimizer = optimizer_,
              .group = parts.group,
              .updates_per_step = updates_per_step,
              .keep = parts.config.checkpoint.keep,
              .steps = parts.config.steps,
              .optimizer_of = parts.config.checkpoint.optimizer,
              .verify = parts.config.checkpoint.verify}),
      flops_(forecast::pass_settings_of(parts.config), parts.yardstick) {
  if (parts.config.distributed.shards_gradients() && parts.group.world_size() == 1)
    log::info("distributed.shard has no effect: there is one rank");
  resume(check);
  check_same_weights(parts.group, parts.policy, "at the start");
  if (!parts.group.is_first()) return;
  const bool validates_again = validation_state(trainer_state_).pending;
  writer_.emplace(parts.run_folder, resumed_step_, validates_again ? "validation/score" : nullptr);
  warn_of_missing_lines(parts.run_folder / "metrics.jsonl", writer_->last_step(), resumed_step_);
  progress_.emplace(parts.config.trainer, parts.config.steps, resumed_step_);
}

void TrainingRun::resume(const RunState::CheckState& check) {
  auto resumed = state_.resume(check);
  if (!resumed) {
    if (parts_.group.is_first()) set_aside_earlier_lines(parts_.run_folder, parts_.must_resume);
    return;
  }
  go_on_from(std::move(resumed->state));
  if (resumed_step_ >= parts_.config.steps)
    log::info(concat("all ", resumed_step_, " steps are already done: ", resumed->folder.string()));
  else
    log::info(concat("resuming after step ", resumed_step_, " from ", resumed->folder.string()));
  note_saved(resumed_step_);
}

void TrainingRun::go_on_from(SavedState state) {
  resumed_step_ = state.step;
  bad_samples_ = std::move(state.bad_samples);
  refuse_too_many("they were found before the checkpoint that this run goes on from");
  updates_done_ = state.updates;
  step_policy_.restore(state.skipped_in_a_row);
  trainer_state_ = std::move(state.trainer);
}

std::vector<DrawnPrompt> TrainingRun::own_share(const std::vector<DrawnPrompt>& prompts) const {
  std::vector<double> costs;
  for (const auto& prompt : prompts)
    costs.push_back(processor::estimated_size(parts_.samples[static_cast<size_t>(prompt.sample)],
                                              parts_.loader.media_options(),
                                              parts_.processor.geometry())
                        .tokens());
  const auto ranks = distributed::share_by_cost(costs, parts_.group.world_size());
  std::vector<DrawnPrompt> own;
  for (size_t i = 0; i < prompts.size(); ++i)
    if (ranks[i] == parts_.group.rank()) own.push_back(prompts[i]);
  return own;
}

std::vector<LoadedSample> TrainingRun::load_samples(const std::vector<DrawnPrompt>& prompts,
                                                    const std::vector<DrawnPrompt>& coming) {
  const Making making(
      "clips", "video.max_frames, video.max_pixels, data.cache_megabytes or data.reader_threads");
  std::vector<LoadedSample> loaded;
  std::map<std::string, std::string> bad;  // id -> error: a sample may be drawn twice
  prefetch(prompts, coming);
  for (const auto& prompt : own_share(prompts)) {
    if (stop_requested()) break;  // the step is given up as soon as all ranks know
    if (too_many(bad_samples_.size() + bad.size(), parts_)) break;
    const auto& sample = parts_.samples[static_cast<size_t>(prompt.sample)];
    const auto made = rollout::load_prompt(parts_.loader, sample);
    if (made.can_be_asked()) {
      loaded.push_back({prompt.position, &sample, made.inputs});
    } else if (bad_samples_.count(sample.id) == 0) {  // not known from an earlier epoch
      if (bad.emplace(sample.id, made.error).second) rollout::tell_left_out(made);
    }
  }
  count_bad_samples(bad);
  refuse_nothing(prompts);
  return loaded;
}

/// A share of bad samples may be allowed, all of them never are: such a run would train on nothing
/// to its end.
void TrainingRun::refuse_nothing(const std::vector<DrawnPrompt>& prompts) {
  constexpr int64_t kEnough = 8;
  const auto is_bad = [&](const DrawnPrompt& prompt) {
    return bad_samples_.count(parts_.samples[static_cast<size_t>(prompt.sample)].id) != 0;
  };
  found_readable_ = found_readable_ || !std::all_of(prompts.begin(), prompts.end(), is_bad);
  drawn_ += std::ssize(prompts);
  if (!found_readable_ && drawn_ >= std::min<int64_t>(kEnough, std::ssize(parts_.samples)))
    throw DataError(
        concat("none of the first ", drawn_,
               " samples can be read, as is said above of each: there is nothing to train on"));
}

void TrainingRun::prefetch(const std::vector<DrawnPrompt>& prompts,
                           const std::vector<DrawnPrompt>& coming) {
  std::vector<const data::Sample*> samples;
  for (const auto* batch : {&prompts, &coming})
    for (const auto& prompt : own_share(*batch))
      samples.push_back(&parts_.samples[static_cast<size_t>(prompt.sample)]);
  parts_.loader.prefetch(samples);
}

void TrainingRun::count_bad_samples(const std::map<std::string, std::string>& own) {
  io::Json lines = io::Json::array();
  for (const auto& [id, error] : own) lines.push_back({{"id", id}, {"error", error}});
  for (const auto& of_rank : parts_.group.all_gather(io::to_line(lines)))
    for (const auto& bad : io::parse_json(of_rank, "unreadable samples of a rank", io::kOwnJson)) {
      bad_samples_.insert(bad["id"].get<std::string>());
      refuse_too_many("the last: " + bad["error"].get<std::string>());
    }
}

void TrainingRun::refuse_too_many(const std::string& which) const {
  if (too_many(bad_samples_.size(), parts_))
    throw DataError(concat(bad_samples_.size(), " of ", parts_.samples.size(),
                           " samples cannot be read, more than data.max_bad_fraction (",
                           parts_.config.data.max_bad_fraction, ") allows; ", which));
}

void TrainingRun::gather_metrics(metrics::MetricSet& metrics) const {
  const auto of_ranks = parts_.group.all_gather(metrics.to_bytes());
  if (parts_.group.is_first())
    for (size_t rank = 1; rank < of_ranks.size(); ++rank) metrics.merge(of_ranks[rank]);
}

bool TrainingRun::optimizer_step(metrics::MetricSet& metrics) {
  const double norm = optimizer_.finish_gradients(parts_.config.optim.max_grad_norm);
  gather_metrics(metrics);
  const double lr = schedule_.lr(updates_done_);
  const bool made = optim::StepPolicy::accepts(norm);
  metrics.mean("grad/norm", norm);
  metrics.mean("optim/lr", lr);
  record_update(made, metrics);
  if (made) {
    optimizer_.step(lr);
    ++updates_done_;
    step_policy_.note_made();
    return true;
  }
  optimizer_.drop_gradients();
  distributed::all_or_none(parts_.group, [&] {
    model::check_finite(parts_.policy.parameters(),
                        concat("update ", updates_done_ + 1, ": the gradient norm is ", norm,
                               " and the weights are broken"));
  });
  step_policy_.note_skipped(updates_done_ + 1, norm);
  return false;
}

void TrainingRun::record_update(bool made, metrics::MetricSet& metrics) const {
  metrics.sum("optim/skipped_updates", made ? 0.0 : 1.0);
  metrics.sum("data/bad_samples", static_cast<double>(bad_samples_.size()));
}

void TrainingRun::skip_update(metrics::MetricSet& metrics) {
  gather_metrics(metrics);
  record_update(/*made=*/false, metrics);
}

void TrainingRun::report_step(int64_t step, metrics::MetricSet& metrics, const std::string& shown) {
  if (!parts_.group.is_first()) return;
  flops_.add_utilisation(metrics);
  writer_->write(step + 1, metrics);
  progress_->update(step + 1, progress_note(metrics, shown));
}

void TrainingRun::write_metrics(int64_t steps_done, const metrics::MetricSet& metrics) {
  if (writer_) writer_->write(steps_done, metrics);
}

void TrainingRun::finish_step(int64_t step, const std::function<void()>& sync_logs,
                              const StepEnd& end) {
  const int64_t done = step + 1;
  const bool last = end.is_last || done == parts_.config.steps, stop = stop_asked();
  if (last || stop || end.save || done % parts_.config.checkpoint.every == 0) save(done, sync_logs);
  if (stop && (!last || end.lacks))
    throw StopRequested(
        concat("stopped after step ", done, " as asked; run the same command to go on"));
}

void TrainingRun::stop_before(int64_t step, const std::function<void()>& sync_logs) {
  if (step > saved_step_) save(step, sync_logs);
  throw StopRequested(
      concat("stopped after step ", step, " as asked; run the same command to go on"));
}

void TrainingRun::save(int64_t step, const std::function<void()>& sync_logs) {
  const Making making("a checkpoint", "the size of the model");
  state_.check_weights(step);
  if (writer_) writer_->sync();
  sync_logs();
  state_.save({step, updates_done_, step_policy_.skipped_in_a_row(), bad_samples_, trainer_state_},
              kept_step_);
  note_saved(step);
}

void TrainingRun::note_saved(int64_t step) {
  saved_step_ = step;
  stop_scope_.set_kept(concat("the newest checkpoint is that of step ", step));
}

}  // namespace vrlt::trainer
