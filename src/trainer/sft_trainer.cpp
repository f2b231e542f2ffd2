#include <ATen/ops/tensor.h>

#include <algorithm>
#include <chrono>
#include <numeric>

#include "trainer/log/alarm_log.h"
#include "trainer/step/micro_batches.h"
#include "trainer/step/passes.h"
#include "trainer/step/step_flops.h"
#include "trainer/training_run.h"
#include "trainer/validation_stage.h"
#include "vrlt/algorithm/aggregation.h"
#include "vrlt/algorithm/token_batch.h"
#include "vrlt/algorithm/token_log_probs.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/core/out_of_memory.h"
#include "vrlt/model/upload.h"
#include "vrlt/model/vision_features.h"
#include "vrlt/trainer/sft_target.h"
#include "vrlt/trainer/trainer.h"

namespace vrlt::trainer {
namespace {

/// Keys that make a pass need less memory, and that of a single prompt.
constexpr const char* kSmaller =
    "micro_batch, micro_batch_tokens or video.max_frames, set model.activation_checkpointing to "
    "blocks and, on several ranks, distributed.shard to parameters";
constexpr const char* kSmallerPrompt =
    "video.max_frames, set model.activation_checkpointing to blocks and, on several ranks, "
    "distributed.shard to parameters";

at::Tensor target_of(const TrainingParts& parts, const data::Sample& sample) {
  return at::tensor(sft_target(parts.processor, parts.loader.prompt_of(sample), sample,
                               parts.config.sft.reference_target()),
                    at::kLong);
}

/// What each target token counts in the loss of the step: [N].
at::Tensor token_weights(const model::GroupBatch& batch, const algorithm::StepCounts& counts,
                         const std::string& aggregation) {
  std::vector<int64_t> lengths;
  for (const auto& group : batch.groups) lengths.push_back(group.responses.front().size(0));
  const auto weights = algorithm::row_weights(lengths, counts, {.mode = aggregation});
  return algorithm::per_token(at::tensor(weights, at::kFloat), lengths);
}

/// What a step learns from.
struct Supervised {
  std::vector<LoadedSample> samples;
  std::vector<at::Tensor> targets;  ///< Of each sample, [R].
  algorithm::StepCounts counts;     ///< Over all ranks.
};

/// The samples of each pass of this rank, as numbers; the longest pass first where ranks meet in
/// them.
/// @param micro_batch  samples of a pass at most.
std::vector<std::vector<size_t>> passes_of(const Supervised& step, int64_t micro_batch,
                                           int64_t micro_batch_tokens, bool ranks_meet) {
  std::vector<int64_t> lengths;
  for (size_t i = 0; i < step.samples.size(); ++i)
    lengths.push_back(step.samples[i].inputs->input_ids.size(0) + step.targets[i].size(0));
  std::vector<std::vector<size_t>> passes;
  size_t next = 0;
  for (const size_t size : micro_batch_sizes(lengths, micro_batch, micro_batch_tokens)) {
    auto& pass = passes.emplace_back();
    while (pass.size() < size) pass.push_back(next++);
  }
  const auto tokens = [&](const std::vector<size_t>& pass) {
    return std::accumulate(pass.begin(), pass.end(), int64_t{0},
                           [&](int64_t sum, size_t i) { return sum + lengths[i]; });
  };
  if (ranks_meet)
    std::stable_sort(passes.begin(), passes.end(),
                     [&](const auto& a, const auto& b) { return tokens(a) > tokens(b); });
  return passes;
}

/// Forward and backward pass. @param members  numbers of its samples.
void supervised_pass(const TrainingParts& parts, const Supervised& step,
                     const std::vector<size_t>& members, optim::GradientSum& gradients,
                     const StepFlops& flops, metrics::MetricSet& metrics) {
  model::GroupBatch batch;
  std::vector<std::shared_ptr<const processor::ModelInputs>> prompts;
  for (const size_t i : members) {
    prompts.push_back(step.samples[i].inputs);
    batch.groups.push_back({.prompt = step.samples[i].inputs, .responses = {step.targets[i]}});
  }
  std::vector<bool> from_cache;
  const auto features = model::encode_vision(parts.policy, prompts, &from_cache);
  for (size_t i = 0; i < prompts.size(); ++i) {
    auto& group = batch.groups[i];
    group.vision_features = features[i];
    flops.add_supervised(*group.prompt, group.responses[0].size(0), !from_cache[i], metrics);
  }
  const auto hidden = parts.policy.response_hidden(batch);
  const auto tokens =
      algorithm::token_log_probs(hidden, parts.policy.head_weight(),
                                 model::upload(batch.response_ids(), hidden.device()), 1.0);
  const auto weights = token_weights(batch, step.counts, parts.config.sft.aggregation);
  const auto loss = -(tokens.log_probs * model::upload(weights, hidden.device())).sum();
  loss.backward();
  gradients.take();
  metrics.sum("loss/nll", loss.item<double>());
  metrics.mean("policy/entropy", tokens.entropy.mean().item<double>(),
               static_cast<double>(hidden.size(0)));
}

void warn_of_endless_turns(const TrainingParts& parts) {
  const auto& stops = parts.policy.stop_ids();
  if (parts.group.is_first() &&
      std::find(stops.begin(), stops.end(), turn_end(parts.processor.tokenizer())) == stops.end())
    log::warning(
        "targets end in <|im_end|>, at which generation does not stop: add it to eos_token_id of "
        "generation_config.json");
}

/// An SFT run: its parts, and the stages of a step in their order.
class SftRun {
 public:
  explicit SftRun(const TrainingParts& parts)
      : parts_(parts),
        config_(parts.config),
        run_(parts, /*updates_per_step=*/1,
             [](const io::Json& state, int64_t) { ValidationStage::check(state); }),
        order_(static_cast<int64_t>(parts.samples.size()), config_.seed, /*shuffle=*/true),
        flops_(forecast::pass_settings_of(config_), parts.yardstick),
        micro_batch_(config_.micro_batch),
        alarms_(parts, run_.first_step()),
        validation_(parts, run_, alarms_) {}
  void train();

 private:
  std::vector<DrawnPrompt> prompts_of(int64_t step) const;
  Supervised load(int64_t step, metrics::MetricSet& metrics);
  void accumulate_gradients(const Supervised& supervised, metrics::MetricSet& metrics);

  const TrainingParts& parts_;
  const settings::TrainConfig& config_;
  TrainingRun run_;
  const data::SampleOrder order_;
  const StepFlops flops_;
  int64_t micro_batch_;  ///< Samples of a pass at most.
  AlarmLog alarms_;
  ValidationStage validation_;
};

/// None behind the last step.
std::vector<DrawnPrompt> SftRun::prompts_of(int64_t step) const {
  if (step >= config_.steps) return {};
  return in_order(order_, step * config_.prompts_per_step, config_.prompts_per_step);
}

/// This rank's samples of a step and their targets, counted over all ranks.
Supervised SftRun::load(int64_t step, metrics::MetricSet& metrics) {
  Supervised supervised{.samples = run_.load_samples(prompts_of(step), prompts_of(step + 1))};
  int64_t own_tokens = 0;
  for (const auto& loaded : supervised.samples) {
    supervised.targets.push_back(target_of(parts_, *loaded.sample));
    own_tokens += supervised.targets.back().size(0);
  }
  const auto all =
      parts_.group.all_reduce_sum(std::vector<int64_t>{own_tokens, std::ssize(supervised.samples)});
  supervised.counts = {.tokens = all[0], .rows = all[1]};
  metrics.sum("batch/tokens", static_cast<double>(own_tokens));
  metrics.sum("batch/rows", static_cast<double>(supervised.samples.size()));
  return supervised;
}

/// If memory runs out on a rank the passes are made again with fewer samples in each, and the run
/// keeps to that.
void SftRun::accumulate_gradients(const Supervised& supervised, metrics::MetricSet& metrics) {
  const Making making("gradients", kSmaller);
  auto& gradients = run_.gradients();
  const bool ranks_meet = gradients.needs_equal_passes();
  for (;;) {
    const auto passes = passes_of(supervised, micro_batch_, config_.micro_batch_tokens, ranks_meet);
    metrics::MetricSet of_passes;
    PassReport report;
    for (const auto& members : passes)
      report.largest = std::max(report.largest, std::ssize(members));
    report.lack = for_each_pass(
        passes.size(), ranks_meet ? most_passes(std::ssize(passes), parts_.group) : 0, gradients,
        [] { return stop_requested(); },
        [&](size_t i) {
          supervised_pass(parts_, supervised, passes[i], gradients, flops_, of_passes);
        });
    const auto smaller = smaller_passes(report, parts_.group, kSmallerPrompt);
    if (!smaller) return metrics.merge(of_passes.to_bytes());
    gradients.drop();
    micro_batch_ = *smaller;
  }
}

void SftRun::train() {
  const auto sync_logs = [this] {
    alarms_.sync();
    validation_.sync();
  };
  validation_.begin();
  for (int64_t step = run_.first_step(); step < config_.steps && !validation_.ended(); ++step) {
    const auto start = std::chrono::steady_clock::now();
    metrics::MetricSet metrics;
    const auto supervised = load(step, metrics);
    accumulate_gradients(supervised, metrics);
    if (run_.stop_asked()) run_.stop_before(step, sync_logs);
    if (supervised.counts.tokens > 0)
      run_.optimizer_step(metrics);
    else
      run_.skip_update(metrics);
    metrics.mean("time/step_seconds",
                 std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    run_.report_step(step, metrics, "loss/nll");
    validation_.look_at(step, {});
    run_.finish_step(step, sync_logs, validation_.step_end());
  }
  validation_.summarize();
}

}  // namespace

void train_sft(const TrainingParts& parts) {
  warn_of_endless_turns(parts);
  SftRun(parts).train();
}

}  // namespace vrlt::trainer
