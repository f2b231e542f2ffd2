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

}  // namespace

void train_grpo(const TrainingParts& parts) {
  const auto& config = parts.config;
  const auto reward = settings::reward_function(config.rewards, config.reward_options,
                                                config.rollout.max_new_tokens);
  const auto prompts = make_prompt_stream(config.online_selection, parts.samples, config.seed);
  const auto restore_prompts = [&](const io::Json& state, int64_t steps_done) {
    prompts->restore(state, steps_done * config.prompts_per_step);
  };
  TrainingRun run(parts, config.algorithm.num_updates(),
                  [&](const io::Json& state, int64_t steps_done) {
                    check_adaptive_state(state);
                    restore_prompts(state, steps_done);
                    // made only to see that it can be
                    TrainingWatch(config.rollout, state.value("watch", io::Json()));
                    ValidationStage::check(state);
                  });
  restore_prompts(run.trainer_state(), run.first_step());
  RolloutStage rollouts(parts, run, *prompts, reward);
  PolicyUpdate update(update_settings(config, parts.group.world_size()), parts.policy,
                      parts.reference, parts.group);
  AdaptiveState state(config.algorithm, run.trainer_state());
  const StepFlops flops(forecast::pass_settings_of(config), parts.yardstick);
  StepLog rollout_log(parts, "rollouts.jsonl", run.first_step());
  std::optional<StepLog> update_log;
  if (update.num_updates() > 1) update_log.emplace(parts, "updates.jsonl", run.first_step());
  SignalWatch signal;
  TrainingWatch watch(config.rollout, run.trainer_state().value("watch", io::Json()));
  AlarmLog alarms(parts, run.first_step());
  ValidationStage validation(parts, run, alarms);
  const auto sync_logs = [&] {
    rollout_log.sync();
    alarms.sync();
    validation.sync();
    if (update_log) update_log->sync();
  };

  validation.begin();
  for (int64_t step = run.first_step(); step < config.steps && !validation.ended(); ++step) {
    // Draw prompts, roll out, score, leave out groups without signal.
    const Stopwatch step_time;
    metrics::MetricSet metrics, of_updates;
    auto collected = rollouts.collect(step, metrics);
    if (!collected) run.stop_before(step, sync_logs);
    auto& groups = *collected;
    for (const auto& scored : groups) {
      rewards::record_reward_metrics(*scored.sample, reward.terms(), scored.scores, metrics);
      flops.add_training(scored.group, metrics);
    }
    auto rows = gather_rows(groups, {}, parts.group);

    // Old and reference log-probs; advantages of the whole batch, after them because the divergence
    // may be part of the reward.
    const Stopwatch update_time;
    update.start_batch(split(groups, rows, config));
    update.measure_anchors();
    if (config.algorithm.kl_reward.coef > 0)
      rows = gather_rows(groups, update.response_divergences(), parts.group);
    const auto advantages = batch_advantages(rows, reward, config.rollout.group_size,
                                             config.algorithm.advantage, state.kl_reward_coef());
    update.set_advantages(advantages);
    if (parts.group.is_first()) {
      record_rollout_metrics(rows, advantages, metrics);
      if (config.algorithm.kl_reward.coef > 0)
        record_penalties(rows, state.kl_reward_coef(), metrics);
      signal.look_at(step, rows, config.rollout.group_size,
                     config.algorithm.dynamic_sampling.enabled);
    }

    // Passes over the batch, each cut into optimizer steps.
    update.set_entropy_coef(state.entropy_coef());
    bool learned = false;
    for (int64_t number = 0; number < update.num_updates(); ++number) {
      metrics::MetricSet of_update;
      if (update.has_tokens(number)) {
        learned = true;
        update.accumulate_gradients(number, run.gradients(), of_update);
        if (number == 0 && run.stop_asked()) run.stop_before(step, sync_logs);
        if (run.optimizer_step(of_update)) sync_reference(parts, run.updates_done());
        if (update_log) update_log->append(update_line(step, number, of_update));
      } else {
        run.skip_update(of_update);
      }
      of_updates.average_in(of_update);
    }

    // Coefficients for the next step, metrics, logs, validation, checkpoint.
    state.adapt_to_divergence(rows);
    if (learned && state.adapts_to_entropy())
      state.adapt_to_entropy(value_of_first_rank(of_updates, "policy/entropy", parts.group));
    metrics.mean("time/update_seconds", update_time.seconds());
    metrics.mean("time/step_seconds", step_time.seconds());
    run.gather_metrics(metrics);
    metrics.average_in(of_updates);
    for (const auto& line : gather_records(parts, groups, reward.terms(), advantages, step))
      rollout_log.append(line);
    alarms.tell(step + 1, watch.look_at(step, rows, reward.terms()));
    if (step + 1 == config.steps) alarms.tell(step + 1, watch.summary(step + 1));
    run.report_step(step, metrics, "reward/total");
    state.store();
    prompts->store(run.trainer_state());
    run.trainer_state()["watch"] = watch.state();
    validation.look_at(step, value_on_first_rank(metrics, "reward/total", parts.group));
    run.finish_step(step, sync_logs, validation.step_end());
  }
  validation.summarize();
}

}  // namespace vrlt::trainer
