#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <span>

#include "trainer/training_run.h"
#include "vrlt/algorithm/aggregation.h"
#include "vrlt/algorithm/kl.h"
#include "vrlt/algorithm/loss_table.h"
#include "vrlt/algorithm/token_log_probs.h"
#include "vrlt/core/error.h"
#include "vrlt/model/video_features.h"
#include "vrlt/rewards/reward_metrics.h"
#include "vrlt/rollout/rollout_engine.h"
#include "vrlt/trainer/reward_section.h"
#include "vrlt/trainer/rollout_log.h"
#include "vrlt/trainer/trainer.h"

namespace vrlt::trainer {
namespace {

/// A prompt of the step with everything known about it before the update.
struct ScoredGroup {
  int64_t position = 0;  ///< Of the prompt in its step.
  const data::Sample* sample = nullptr;
  rollout::RolloutGroup group;
  std::vector<rewards::ScoredResponse> scores;
  std::vector<double> advantages;
};

std::vector<ScoredGroup> roll_out(const TrainingParts& parts, rollout::RolloutEngine& engine, const std::vector<LoadedSample>& samples,
                                  int64_t step) {
  const auto& config = parts.config;
  std::vector<rollout::Prompt> prompts;
  // A sample that comes back, even in the same step, draws new responses: draw numbers never repeat within a run.
  for (const auto& loaded : samples)
    prompts.push_back(
        {loaded.sample->id, loaded.inputs, static_cast<uint64_t>((step * config.prompts_per_step + loaded.position) * config.rollout.group_size)});
  auto groups = engine.generate(prompts, {.group_size = config.rollout.group_size,
                                          .max_new_tokens = config.rollout.max_new_tokens,
                                          .sampling = config.rollout.sampling,
                                          .seed = config.seed});
  std::vector<ScoredGroup> scored;
  for (size_t i = 0; i < groups.size(); ++i)
    scored.push_back({.position = samples[i].position, .sample = samples[i].sample, .group = std::move(groups[i])});
  return scored;
}

void score(std::vector<ScoredGroup>& groups, const rewards::RewardFunction& reward) {
  for (auto& scored : groups) scored.scores = reward.score_group(reward_inputs(*scored.sample, scored.group));
}

void assign_advantages(std::vector<ScoredGroup>& groups, const TrainConfig& config) {
  std::vector<double> rewards;
  for (const auto& scored : groups)
    for (const auto& score : scored.scores) rewards.push_back(score.scorable ? score.total : std::numeric_limits<double>::quiet_NaN());
  if (rewards.empty()) return;
  const auto advantages = algorithm::group_advantages(rewards, config.rollout.group_size, config.algorithm.advantage);
  auto next = advantages.begin();
  for (auto& scored : groups) {
    scored.advantages.assign(next, next + config.rollout.group_size);
    next += config.rollout.group_size;
  }
}

void record_rollout_metrics(const std::vector<ScoredGroup>& groups, const rewards::RewardFunction& reward, metrics::MetricSet& metrics) {
  for (const auto& scored : groups) {
    rewards::record_reward_metrics(*scored.sample, reward.terms(), scored.scores, metrics);
    for (size_t k = 0; k < scored.scores.size(); ++k) {
      const auto& response = scored.group.responses[k];
      const auto length = static_cast<double>(response.ids.size());
      metrics.mean("response/length_mean", length);
      metrics.min("response/length_min", length);
      metrics.max("response/length_max", length);
      metrics.mean("response/truncated_fraction", response.truncated);
      if (!response.truncated) metrics.mean("response/terminated_length_mean", length);
      metrics.min("advantage/min", scored.advantages[k]);
      metrics.max("advantage/max", scored.advantages[k]);
    }
  }
}

/// The groups of a micro-batch as one packed batch, and per token: what it was sampled with and what it counts.
struct MicroBatch {
  model::GroupBatch batch;
  at::Tensor sampler_log_probs;  ///< [N]
  at::Tensor advantages;         ///< [N]
  at::Tensor weights;            ///< [N] so that a weighted sum over the whole step is the aggregate.
};

MicroBatch pack(std::span<const ScoredGroup> groups, const TrainingRun& run, const TrainConfig& config, const algorithm::StepCounts& counts) {
  MicroBatch micro;
  std::vector<float> sampler;
  std::vector<double> advantages, weights;
  std::vector<std::shared_ptr<const processor::ModelInputs>> prompts;
  std::vector<at::Tensor> rollout_features;
  for (const auto& scored : groups) {
    prompts.push_back(scored.group.prompt.inputs);
    rollout_features.push_back(scored.group.video_features);
  }
  const auto features = run.video_features(prompts, std::move(rollout_features));
  for (const auto& scored : groups) {
    model::PromptGroup group{.prompt = scored.group.prompt.inputs, .video_features = features[micro.batch.groups.size()]};
    for (size_t k = 0; k < scored.group.responses.size(); ++k) {
      const auto& response = scored.group.responses[k];
      group.responses.push_back(at::tensor(response.ids, at::kLong));
      sampler.insert(sampler.end(), response.log_probs.begin(), response.log_probs.end());
      advantages.insert(advantages.end(), response.ids.size(), scored.advantages[k]);
      weights.insert(weights.end(), response.ids.size(),
                     algorithm::token_weight(config.algorithm.aggregation, static_cast<int64_t>(response.ids.size()), counts));
    }
    micro.batch.groups.push_back(std::move(group));
  }
  micro.sampler_log_probs = at::tensor(sampler, at::kFloat);
  micro.advantages = at::tensor(advantages, at::kDouble).to(at::kFloat);
  micro.weights = at::tensor(weights, at::kDouble).to(at::kFloat);
  return micro;
}

at::Tensor reference_log_probs(const TrainingParts& parts, const model::GroupBatch& batch, const at::Tensor& ids) {
  const at::NoGradGuard no_grad;
  model::GroupBatch reference_batch = batch;
  if (!parts.config.model.freeze_vision) {  // the reference sees its own vision encoder
    std::vector<std::shared_ptr<const processor::ModelInputs>> prompts;
    for (const auto& group : batch.groups) prompts.push_back(group.prompt);
    const auto features = model::encode_videos(*parts.reference, prompts);
    for (size_t i = 0; i < features.size(); ++i) reference_batch.groups[i].video_features = features[i];
  }
  return algorithm::token_log_probs(parts.reference->response_hidden(reference_batch), parts.reference->head_weight(), ids,
                                    parts.config.rollout.sampling.temperature)
      .log_probs;
}

void record_update_metrics(const algorithm::TokenBatch& tokens, const at::Tensor& entropy, const at::Tensor& sampler_log_probs,
                           const algorithm::PolicyLossConfig& config, metrics::MetricSet& metrics) {
  const at::NoGradGuard no_grad;
  const auto count = static_cast<double>(tokens.log_probs.size(0));
  const auto mean = [&](const char* name, const at::Tensor& values) { metrics.mean(name, values.to(at::kDouble).mean().item<double>(), count); };
  const auto delta = algorithm::log_ratio(tokens), ratio = delta.exp();
  mean("policy/ratio_mean", ratio);
  metrics.max("policy/ratio_max", ratio.max().item<double>());
  mean("policy/approx_kl", -delta);
  mean("policy/entropy", entropy);
  mean("loss/clip_fraction_low", (ratio < 1.0 - config.clip_ratio_low).logical_and(tokens.advantages < 0));
  mean("loss/clip_fraction_high", (ratio > 1.0 + config.clip_ratio_high).logical_and(tokens.advantages > 0));
  const auto mismatch = (tokens.old_log_probs - sampler_log_probs).abs();
  mean("rollout/log_prob_mismatch_mean", mismatch);
  metrics.max("rollout/log_prob_mismatch_max", mismatch.max().item<double>());
}

void update_policy(const TrainingParts& parts, const TrainingRun& run, const std::vector<ScoredGroup>& groups, metrics::MetricSet& metrics) {
  const auto& config = parts.config;
  const auto& loss_entry = algorithm::find_loss(config.algorithm.policy_loss.loss);
  algorithm::StepCounts own;
  for (const auto& scored : groups)
    for (const auto& response : scored.group.responses) {
      own.tokens += static_cast<int64_t>(response.ids.size());
      ++own.rows;
    }
  const algorithm::StepCounts counts{parts.group.all_reduce_sum(own.tokens), parts.group.all_reduce_sum(own.rows)};
  for (size_t begin = 0; begin < groups.size(); begin += static_cast<size_t>(config.micro_batch)) {
    const size_t size = std::min(static_cast<size_t>(config.micro_batch), groups.size() - begin);
    const auto micro = pack(std::span(groups).subspan(begin, size), run, config, counts);
    const auto hidden = parts.policy.response_hidden(micro.batch);
    const auto ids = micro.batch.response_ids().to(hidden.device());
    const auto current = algorithm::token_log_probs(hidden, parts.policy.head_weight(), ids, config.rollout.sampling.temperature);
    const auto weights = micro.weights.to(hidden.device());
    // One update per rollout: the policy that sampled is the policy before this step, so its log-probs are the current ones.
    const algorithm::TokenBatch tokens{current.log_probs, current.log_probs.detach(), micro.advantages.to(hidden.device())};
    const auto policy_loss = (loss_entry.loss(tokens, config.algorithm.policy_loss) * weights).sum();
    auto loss = policy_loss;
    metrics.sum("loss/policy", policy_loss.item<double>());
    if (parts.reference != nullptr) {
      const auto divergence = algorithm::k3_divergence(current.log_probs, reference_log_probs(parts, micro.batch, ids));
      loss = loss + config.algorithm.kl_coef * (divergence * weights).sum();
      metrics.mean("kl/reference", divergence.detach().to(at::kDouble).mean().item<double>(), static_cast<double>(ids.size(0)));
    }
    loss.backward();
    metrics.sum("loss/total", loss.item<double>());
    record_update_metrics(tokens, current.entropy, micro.sampler_log_probs.to(hidden.device()), config.algorithm.policy_loss, metrics);
  }
  metrics.sum("batch/tokens", static_cast<double>(own.tokens));
  metrics.sum("batch/rows", static_cast<double>(own.rows));
}

/// The records of the first `logged_rollouts` prompts of the step, wherever they were rolled out, in the order of the step; on rank 0.
std::vector<io::Json> gather_records(const TrainingParts& parts, const std::vector<ScoredGroup>& groups, const rewards::RewardFunction& reward,
                                     int64_t step) {
  const auto count = static_cast<size_t>(parts.config.logged_rollouts);
  io::Json own = io::Json::array();
  for (size_t i = 0; i < std::min(groups.size(), count); ++i) {
    io::Json line = {{"step", step + 1}};
    line.update(rollout_record(*groups[i].sample, groups[i].group, reward.terms(), groups[i].scores, groups[i].advantages));
    own.push_back({{"position", groups[i].position}, {"line", std::move(line)}});
  }
  const auto of_ranks = parts.group.all_gather(io::to_line(own));
  if (!parts.group.is_first()) return {};
  std::map<int64_t, io::Json> by_position;
  for (const auto& text : of_ranks)
    for (auto& record : io::parse_json(text, "rollout records of a rank")) by_position[record["position"].get<int64_t>()] = std::move(record["line"]);
  std::vector<io::Json> records;
  for (auto& [position, line] : by_position)
    if (records.size() < count) records.push_back(std::move(line));
  return records;
}

}  // namespace

void train_grpo(const TrainingParts& parts) {
  const auto& config = parts.config;
  const auto reward = reward_function(config.rewards, config.reward_options, config.rollout.max_new_tokens);
  const auto& vision = parts.processor.vision_tokens();
  rollout::RolloutEngine engine(parts.policy, parts.processor.tokenizer(),
                                {vision.image_pad, vision.video_pad, vision.vision_start, vision.vision_end});
  TrainingRun run(parts);
  std::optional<io::JsonlAppender> rollout_log;
  if (parts.group.is_first()) {
    metrics::keep_steps_up_to(parts.run_folder / "rollouts.jsonl", run.first_step());
    rollout_log.emplace(parts.run_folder / "rollouts.jsonl");
  }

  for (int64_t step = run.first_step(); step < config.steps; ++step) {
    using Clock = std::chrono::steady_clock;
    const auto seconds_since = [](Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); };
    const auto start = Clock::now();
    metrics::MetricSet metrics;
    const auto samples = run.load_samples(step);
    const auto rollout_start = Clock::now();
    auto groups = roll_out(parts, engine, samples, step);
    metrics.mean("time/load_seconds", std::chrono::duration<double>(rollout_start - start).count());
    metrics.mean("time/rollout_seconds", seconds_since(rollout_start));
    score(groups, reward);
    assign_advantages(groups, config);
    record_rollout_metrics(groups, reward, metrics);
    const auto update_start = Clock::now();
    update_policy(parts, run, groups, metrics);
    run.optimizer_step(step, metrics);
    metrics.mean("time/update_seconds", seconds_since(update_start));
    metrics.mean("time/step_seconds", seconds_since(start));
    for (const auto& line : gather_records(parts, groups, reward, step)) rollout_log->append(line);
    run.report_step(step, metrics, "reward/total");
    run.finish_step(step, [&] {
      if (rollout_log) rollout_log->sync();
    });
  }
}

}  // namespace vrlt::trainer
