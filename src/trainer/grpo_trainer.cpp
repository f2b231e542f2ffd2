#include <ATen/ops/tensor.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "trainer/log/rollout_metrics.h"
#include "trainer/log/step_log.h"
#include "trainer/log/training_watch.h"
#include "trainer/step/adaptive_state.h"
#include "trainer/step/batch_advantages.h"
#include "trainer/step/rollout_stage.h"
#include "trainer/training_run.h"
#include "trainer/validation_stage.h"
#include "vrlt/algorithm/reference_sync.h"
#include "vrlt/distributed/sharded_blocks.h"
#include "vrlt/model/held_parameters.h"
#include "vrlt/model/model_adapter.h"
#include "vrlt/rewards/reward_metrics.h"
#include "vrlt/settings/log_prob_temperature.h"
#include "vrlt/settings/reward_section.h"
#include "vrlt/trainer/step/policy_update.h"
#include "vrlt/trainer/trainer.h"

namespace vrlt::trainer {
namespace {

UpdateSettings update_settings(const settings::TrainConfig& config, int64_t ranks) {
  return {.algorithm = config.algorithm,
          .temperature = settings::log_prob_temperature(config),
          .micro_batch = config.micro_batch,
          .micro_batch_tokens = config.micro_batch_tokens,
          .freeze_vision = config.model.freeze_vision,
          .ranks_meet_in_passes = ranks > 1 && config.distributed.shards_gradients()};
}

/// The sampler's log-probs are left out where the update's are at another temperature: nothing may
/// compare them.
UpdateGroup update_group(const ScoredGroup& scored, const settings::TrainConfig& config) {
  UpdateGroup group{.position = scored.position,
                    .prompt = scored.group.prompt.inputs,
                    .vision_features = scored.group.vision_features};
  std::vector<float> sampler;
  for (const auto& response : scored.group.responses) {
    group.responses.push_back(at::tensor(response.ids, at::kLong));
    group.counted.push_back(!(config.algorithm.mask_truncated && response.truncated));
    sampler.insert(sampler.end(), response.log_probs.begin(), response.log_probs.end());
  }
  if (settings::one_temperature(config)) group.sampler_log_probs = at::tensor(sampler, at::kFloat);
  return group;
}

/// This rank's groups for each optimizer step of a pass: the groups of all ranks, in the order of
/// positions, cut into equal parts.
std::vector<std::vector<UpdateGroup>> split(const std::vector<ScoredGroup>& own,
                                            const std::vector<ResponseRow>& rows,
                                            const settings::TrainConfig& config) {
  std::map<int64_t, int64_t> order;  // of the groups of all ranks, by position
  for (const auto& row : rows)
    if (row.number == 0) order.emplace(row.position, static_cast<int64_t>(order.size()));
  const int64_t num_parts = config.algorithm.updates_per_pass;
  std::vector<std::vector<UpdateGroup>> parts(static_cast<size_t>(num_parts));
  for (const auto& scored : own) {
    const auto part = order.at(scored.position) * num_parts / static_cast<int64_t>(order.size());
    parts[static_cast<size_t>(part)].push_back(update_group(scored, config));
  }
  return parts;
}

void sync_reference(const TrainingParts& parts, int64_t updates_done) {
  const auto& algorithm = parts.config.algorithm;
  if (algorithm.reference_sync_every == 0 || updates_done % algorithm.reference_sync_every != 0)
    return;
  if (auto* adapter = model::adapter_of(parts.policy)) {
    model::move_reference_to_policy(*adapter);
    return;
  }
  auto reference = model::held_parameters(parts.reference->parameters());
  const auto policy = model::held_parameters(parts.policy.parameters());
  for (size_t i = 0; i < reference.size(); ++i)
    algorithm::blend_(reference[i].values, policy[i].values, algorithm.reference_sync_alpha);
  if (auto* blocks = parts.reference->parameters().sharded_blocks()) blocks->forget();
}

/// The metrics of all ranks are on the first one only.
double value_of_first_rank(const metrics::MetricSet& metrics, const std::string& name,
                           distributed::ProcessGroup& group) {
  return group
      .all_reduce_sum(std::vector<double>{group.is_first() ? metrics.value(name, 0.0) : 0.0})
      .front();
}

/// None on other ranks.
std::optional<double> value_on_first_rank(const metrics::MetricSet& metrics, const char* name,
                                          const distributed::ProcessGroup& group) {
  const double value = metrics.value(name, std::numeric_limits<double>::quiet_NaN());
  return group.is_first() && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// What a step makes on its way from prompts to weights.
struct Step {
  int64_t number;
  Stopwatch time;
  metrics::MetricSet metrics, of_updates;
  std::vector<ScoredGroup> groups;  ///< Of this rank.
  std::vector<ResponseRow> rows;    ///< Of all ranks.
  ByResponse<double> advantages;
};

/// A GRPO run: its parts, and the stages of a step in their order.
class GrpoRun {
 public:
  explicit GrpoRun(const TrainingParts& parts);
  void train();

 private:
  void check(const io::Json& trainer_state, int64_t steps_done);
  void restore_prompts(const io::Json& trainer_state, int64_t steps_done);
  void collect(Step& step);
  void weigh(Step& step);
  void learn(Step& step);
  void adapt(const Step& step, bool learned);
  void report(Step& step);
  void finish(const Step& step);

  const TrainingParts& parts_;
  const settings::TrainConfig& config_;
  const rewards::RewardFunction reward_;
  const std::unique_ptr<PromptStream> prompts_;
  TrainingRun run_;
  RolloutStage rollouts_;
  PolicyUpdate update_;
  AdaptiveState state_;
  const StepFlops flops_;
  StepLog rollout_log_;
  std::optional<StepLog> update_log_;  ///< Where a step has several updates.
  SignalWatch signal_;
  TrainingWatch watch_;
  AlarmLog alarms_;
  ValidationStage validation_;
  const std::function<void()> sync_logs_ = [this] {
    rollout_log_.sync();
    alarms_.sync();
    validation_.sync();
    if (update_log_) update_log_->sync();
  };
};

GrpoRun::GrpoRun(const TrainingParts& parts)
    : parts_(parts),
      config_(parts.config),
      reward_(settings::reward_function(config_.rewards, config_.reward_options,
                                        config_.rollout.max_new_tokens)),
      prompts_(make_prompt_stream(config_.online_selection, parts.samples, config_.seed)),
      run_(parts, config_.algorithm.num_updates(),
           [this](const io::Json& state, int64_t steps_done) { check(state, steps_done); }),
      rollouts_(parts, run_, *prompts_, reward_),
      update_(update_settings(config_, parts.group.world_size()), parts.policy, parts.reference,
              parts.group),
      state_(config_.algorithm, run_.trainer_state()),
      flops_(forecast::pass_settings_of(config_), parts.yardstick),
      rollout_log_(parts, "rollouts.jsonl", run_.first_step()),
      watch_(config_.rollout, run_.trainer_state().value("watch", io::Json())),
      alarms_(parts, run_.first_step()),
      validation_(parts, run_, alarms_) {
  restore_prompts(run_.trainer_state(), run_.first_step());
  if (update_.num_updates() > 1) update_log_.emplace(parts, "updates.jsonl", run_.first_step());
}

/// What the parts keep in a checkpoint is restored, or made, only to see that it can be.
void GrpoRun::check(const io::Json& trainer_state, int64_t steps_done) {
  check_adaptive_state(trainer_state);
  restore_prompts(trainer_state, steps_done);
  TrainingWatch(config_.rollout, trainer_state.value("watch", io::Json()));
  ValidationStage::check(trainer_state);
}

void GrpoRun::restore_prompts(const io::Json& trainer_state, int64_t steps_done) {
  prompts_->restore(trainer_state, steps_done * config_.prompts_per_step);
}

/// Draws prompts, rolls out, scores, leaves out groups without signal.
void GrpoRun::collect(Step& step) {
  auto groups = rollouts_.collect(step.number, step.metrics);
  if (!groups) run_.stop_before(step.number, sync_logs_);
  step.groups = std::move(*groups);
  for (const auto& scored : step.groups) {
    rewards::record_reward_metrics(*scored.sample, reward_.terms(), scored.scores, step.metrics);
    flops_.add_training(scored.group, step.metrics);
  }
  step.rows = gather_rows(step.groups, {}, parts_.group);
}

/// Old and reference log-probs; advantages of the whole batch, after them because the divergence
/// may be part of the reward.
void GrpoRun::weigh(Step& step) {
  const auto& algorithm = config_.algorithm;
  const bool has_penalty = algorithm.kl_reward.coef > 0;
  update_.start_batch(split(step.groups, step.rows, config_));
  update_.measure_anchors();
  if (has_penalty)
    step.rows = gather_rows(step.groups, update_.response_divergences(), parts_.group);
  step.advantages = batch_advantages(step.rows, reward_, config_.rollout.group_size,
                                     algorithm.advantage, state_.kl_reward_coef());
  update_.set_advantages(step.advantages);
  if (!parts_.group.is_first()) return;
  record_rollout_metrics(step.rows, step.advantages, step.metrics);
  if (has_penalty) record_penalties(step.rows, state_.kl_reward_coef(), step.metrics);
  signal_.look_at(step.number, step.rows, config_.rollout.group_size,
                  algorithm.dynamic_sampling.enabled);
}

/// Passes over the batch, each cut into optimizer steps; then the coefficients for the next step.
void GrpoRun::learn(Step& step) {
  update_.set_entropy_coef(state_.entropy_coef());
  bool learned = false;
  for (int64_t number = 0; number < update_.num_updates(); ++number) {
    metrics::MetricSet of_update;
    if (update_.has_tokens(number)) {
      learned = true;
      update_.accumulate_gradients(number, run_.gradients(), of_update);
      if (number == 0 && run_.stop_asked()) run_.stop_before(step.number, sync_logs_);
      if (run_.optimizer_step(of_update)) sync_reference(parts_, run_.updates_done());
      if (update_log_) update_log_->append(update_line(step.number, number, of_update));
    } else {
      run_.skip_update(of_update);
    }
    step.of_updates.average_in(of_update);
  }
  adapt(step, learned);
}

void GrpoRun::adapt(const Step& step, bool learned) {
  state_.adapt_to_divergence(step.rows);
  if (learned && state_.adapts_to_entropy())
    state_.adapt_to_entropy(value_of_first_rank(step.of_updates, "policy/entropy", parts_.group));
}

void GrpoRun::report(Step& step) {
  step.metrics.mean("time/step_seconds", step.time.seconds());
  run_.gather_metrics(step.metrics);
  step.metrics.average_in(step.of_updates);
  for (const auto& line :
       gather_records(parts_, step.groups, reward_.terms(), step.advantages, step.number))
    rollout_log_.append(line);
  const int64_t steps_done = step.number + 1;
  alarms_.tell(steps_done, watch_.look_at(step.number, step.rows, reward_.terms()));
  if (steps_done == config_.steps) alarms_.tell(steps_done, watch_.summary(steps_done));
  run_.report_step(step.number, step.metrics, "reward/total");
}

/// What the next step goes on from, validation, checkpoint.
void GrpoRun::finish(const Step& step) {
  state_.store();
  prompts_->store(run_.trainer_state());
  run_.trainer_state()["watch"] = watch_.state();
  validation_.look_at(step.number, value_on_first_rank(step.metrics, "reward/total", parts_.group));
  run_.finish_step(step.number, sync_logs_, validation_.step_end());
}

void GrpoRun::train() {
  validation_.begin();
  for (int64_t number = run_.first_step(); number < config_.steps && !validation_.ended();
       ++number) {
    Step step{.number = number};
    collect(step);
    const Stopwatch update_time;
    weigh(step);
    learn(step);
    step.metrics.mean("time/update_seconds", update_time.seconds());
    report(step);
    finish(step);
  }
  validation_.summarize();
}

}  // namespace

void train_grpo(const TrainingParts& parts) { GrpoRun(parts).train(); }

}  // namespace vrlt::trainer
