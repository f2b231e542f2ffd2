#include "trainer/step/rollout_stage.h"

#include <algorithm>
#include <chrono>

#include "trainer/step/rollout_weights.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/core/random.h"
#include "vrlt/processor/shuffled_frames.h"
#include "vrlt/settings/generation.h"
#include "vrlt/trainer/step/reward_inputs.h"

namespace vrlt::trainer {
namespace {

/// Spread of accuracy that is a signal: continuous rewards always differ a little.
constexpr double kMinStdContinuous = 0.05, kMinStdDiscrete = 1e-6;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void append(std::vector<ScoredGroup>& to, std::vector<ScoredGroup>&& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

void sort_by_position(std::vector<ScoredGroup>& groups) {
  std::sort(groups.begin(), groups.end(),
            [](const auto& a, const auto& b) { return a.position < b.position; });
}

}  // namespace

RolloutStage::RolloutStage(const TrainingParts& parts, TrainingRun& run, PromptStream& prompts,
                           const rewards::RewardFunction& reward)
    : parts_(parts),
      run_(run),
      prompts_(prompts),
      reward_(reward),
      flops_(forecast::pass_settings_of(parts.config), parts.yardstick),
      asking_(parts.policy, parts.processor),
      by_layers_(rolls_out_by_layers(parts.policy.parameters().sharded_blocks(),
                                     parts.config.rollout_weights, parts.group)) {}

std::optional<std::vector<ScoredGroup>> RolloutStage::collect(int64_t step,
                                                              metrics::MetricSet& metrics) {
  const auto& dynamic = parts_.config.algorithm.dynamic_sampling;
  std::vector<ScoredGroup> kept, rejected;
  Cost cost;
  int64_t missing = parts_.config.prompts_per_step;
  // Each round draws what is missing and no more: there is never a surplus to throw away.
  do {
    const auto drawn =
        prompts_.next(step, missing, [&](const auto& prompts) { return measure(prompts); });
    auto groups = roll_out_and_score(drawn, coming(step), cost, metrics);
    if (prompts_.replays()) replay(groups, cost, metrics);
    if (run_.stop_asked()) return {};
    const auto without = std::stable_partition(groups.begin(), groups.end(), [&](const auto& g) {
      return !dynamic.enabled || has_signal(g);
    });
    rejected.insert(rejected.end(), std::make_move_iterator(without),
                    std::make_move_iterator(groups.end()));
    groups.erase(without, groups.end());
    append(kept, std::move(groups));
    if (!dynamic.enabled) break;
    missing = parts_.config.prompts_per_step -
              parts_.group.all_reduce_sum(static_cast<int64_t>(kept.size()));
  } while (missing > 0 && cost.batches < dynamic.max_batches);
  if (dynamic.enabled) record_cost(cost, kept, rejected, metrics);
  if (dynamic.enabled && missing > 0) give_up(step, cost, missing, kept, rejected);
  metrics.mean("time/load_seconds", cost.load_seconds);
  metrics.mean("time/rollout_seconds", cost.rollout_seconds);
  sort_by_position(kept);
  return kept;
}

std::vector<ScoredGroup> RolloutStage::roll_out_and_score(const std::vector<DrawnPrompt>& prompts,
                                                          const std::vector<DrawnPrompt>& coming,
                                                          Cost& cost, metrics::MetricSet& metrics) {
  ++cost.batches;
  cost.prompts += static_cast<int64_t>(prompts.size());
  const auto start = std::chrono::steady_clock::now();
  const auto samples = run_.load_samples(prompts, coming);
  cost.load_seconds += seconds_since(start);
  const auto rollout_start = std::chrono::steady_clock::now();
  std::vector<ScoredGroup> groups;
  std::vector<rollout::RolloutGroup> controls(samples.size());
  auto* const blocks = parts_.policy.parameters().sharded_blocks();
  with_rollout_weights(blocks, by_layers_, [&] {
    groups = roll_out(samples);
    if (reward_.needs_control()) controls = roll_out_control(samples);
  });
  cost.rollout_seconds += seconds_since(rollout_start);
  score(groups, controls, metrics);
  return groups;
}

void RolloutStage::score(std::vector<ScoredGroup>& groups,
                         const std::vector<rollout::RolloutGroup>& controls,
                         metrics::MetricSet& metrics) {
  std::vector<rewards::ResponseGroup> batch;
  for (size_t i = 0; i < groups.size(); ++i) {
    const auto inputs_of = [&](const auto& group) {
      return reward_inputs(*groups[i].sample, group, parts_.config.data.prompt);
    };
    batch.push_back({inputs_of(groups[i].group), inputs_of(controls[i])});
  }
  auto scores = reward_.score(batch);
  for (size_t i = 0; i < groups.size(); ++i) {
    groups[i].scores = std::move(scores[i].responses);
    flops_.add_rollout(groups[i].group, metrics);
    flops_.add_rollout(controls[i], metrics);
    for (const double accuracy : scores[i].control_accuracies)
      metrics.mean("reward/shuffled_accuracy", accuracy);
  }
}

rollout::GenerationConfig RolloutStage::generation(int64_t group_size) const {
  auto config = settings::generation_config(parts_.config.rollout, parts_.config.seed, group_size);
  config.cache_tokens = parts_.cache_tokens;
  // layers that come and go are no part of a graph that is launched again
  if (by_layers_) config.look_every = 1;
  return config;
}

std::vector<ScoredGroup> RolloutStage::roll_out(const std::vector<LoadedSample>& samples) {
  const int64_t group_size = parts_.config.rollout.group_size;
  std::vector<rollout::Prompt> prompts;
  // A sample that comes back, even in the same step, draws new responses: draw numbers never repeat
  // within a run.
  for (const auto& loaded : samples)
    prompts.push_back(
        {loaded.sample->id, loaded.inputs, static_cast<uint64_t>(loaded.position * group_size)});
  auto groups = asking_.ask(prompts, generation(group_size));
  std::vector<ScoredGroup> scored;
  for (size_t i = 0; i < groups.size(); ++i)
    scored.push_back({.position = samples[i].position,
                      .sample = samples[i].sample,
                      .group = std::move(groups[i])});
  return scored;
}

/// Half as many responses to the frames of each sample in random order; none to one without a
/// video. They are scored and forgotten.
std::vector<rollout::RolloutGroup> RolloutStage::roll_out_control(
    const std::vector<LoadedSample>& samples) {
  const int64_t group_size = parts_.config.rollout.group_size / 2;
  std::vector<rollout::Prompt> prompts;
  for (const auto& loaded : samples) {
    const auto name = loaded.sample->id + "/shuffled";
    const uint64_t key = stable_hash(concat(name, "/", loaded.position));
    std::shared_ptr<const processor::ModelInputs> shuffled;
    if (loaded.inputs->pixel_values_videos.defined())
      shuffled = std::make_shared<const processor::ModelInputs>(processor::with_shuffled_frames(
          *loaded.inputs, parts_.processor.geometry(), parts_.config.seed, key));
    prompts.push_back(
        {name, std::move(shuffled), static_cast<uint64_t>(loaded.position * group_size)});
  }
  return asking_.ask(prompts, generation(group_size));
}

/// Prompts whose clips can be read while the model works on those of this step.
std::vector<DrawnPrompt> RolloutStage::coming(int64_t step) const {
  return step + 1 < parts_.config.steps ? prompts_.coming(step + 1, parts_.config.prompts_per_step)
                                        : std::vector<DrawnPrompt>();
}

std::vector<GroupAccuracy> RolloutStage::accuracies(const std::vector<ScoredGroup>& own) const {
  std::vector<GroupAccuracy> of_groups;
  for (const auto& scored : own)
    of_groups.push_back(
        {{scored.position, scored.sample - parts_.samples.data()}, accuracy_of(scored, reward_)});
  return gather_accuracies(of_groups, parts_.group);
}

/// As many prompts at a time as a step has: memory does not grow with the number of prompts.
std::vector<GroupAccuracy> RolloutStage::measure(const std::vector<DrawnPrompt>& prompts) {
  const auto batch = static_cast<size_t>(parts_.config.prompts_per_step);
  std::vector<GroupAccuracy> all;
  for (size_t begin = 0; begin < prompts.size(); begin += batch) {
    Cost cost;
    metrics::MetricSet not_of_a_step;
    const auto end = std::min(prompts.size(), begin + batch);
    const std::vector part(prompts.begin() + static_cast<ptrdiff_t>(begin),
                           prompts.begin() + static_cast<ptrdiff_t>(end));
    const auto scored = roll_out_and_score(part, {}, cost, not_of_a_step);
    const auto of_batch = accuracies(scored);
    all.insert(all.end(), of_batch.begin(), of_batch.end());
  }
  return all;
}

void RolloutStage::replay(std::vector<ScoredGroup>& groups, Cost& cost,
                          metrics::MetricSet& metrics) {
  const auto [left_out, instead] = prompts_.replay(accuracies(groups));
  metrics.max("sampling/replayed_groups", static_cast<double>(instead.size()));
  if (instead.empty()) return;
  std::erase_if(groups, [&](const auto& scored) {
    return std::find(left_out.begin(), left_out.end(), scored.position) != left_out.end();
  });
  auto replayed = roll_out_and_score(instead, {}, cost, metrics);
  prompts_.observe(accuracies(replayed));
  append(groups, std::move(replayed));
}

bool RolloutStage::has_signal(const ScoredGroup& scored) const {
  const auto accuracy = accuracy_of(scored, reward_);
  const auto& min_std = parts_.config.algorithm.dynamic_sampling.min_std;
  return accuracy.std >=
         min_std.value_or(accuracy.continuous ? kMinStdContinuous : kMinStdDiscrete);
}

void RolloutStage::give_up(int64_t step, const Cost& cost, int64_t missing,
                           std::vector<ScoredGroup>& kept, std::vector<ScoredGroup>& rejected) {
  const auto& config = parts_.config;
  const auto found = config.prompts_per_step - missing;
  const auto story = concat("step ", step + 1, ": ", found, " of ", config.prompts_per_step,
                            " groups carry a signal after ", cost.batches, " rollouts of ",
                            cost.prompts, " prompts");
  const auto& policy = config.algorithm.dynamic_sampling.on_exhaustion;
  if (policy == "error")
    throw DataError(story +
                    "; select samples whose rewards vary (vrlt-select), allow more with "
                    "algorithm.ds_max_batches, or set ds_on_exhaustion: proceed");
  log::warning(concat(
      story, policy == "pad" ? "; padding with groups that carry none" : "; going on with those"));
  if (policy != "pad") return;
  // The first rejected ones in the order of the run, whichever rank has them.
  auto rows = gather_rows(rejected, {}, parts_.group);
  std::erase_if(rows, [](const auto& row) { return row.number != 0; });
  for (size_t i = 0; i < std::min(rows.size(), static_cast<size_t>(missing)); ++i)
    for (auto& scored : rejected)
      if (scored.position == rows[i].position) kept.push_back(std::move(scored));
}

void RolloutStage::record_cost(const Cost& cost, const std::vector<ScoredGroup>& kept,
                               const std::vector<ScoredGroup>& rejected,
                               metrics::MetricSet& metrics) {
  int64_t tokens = 0;
  for (const auto& scored : rejected)
    for (const auto& response : scored.group.responses)
      tokens += static_cast<int64_t>(response.ids.size());
  metrics.max("sampling/rollouts", static_cast<double>(cost.batches));
  metrics.max("sampling/prompts", static_cast<double>(cost.prompts));
  metrics.sum("sampling/kept_groups", static_cast<double>(kept.size()));
  metrics.sum("sampling/rejected_groups", static_cast<double>(rejected.size()));
  metrics.sum("sampling/rejected_tokens", static_cast<double>(tokens));
}

}  // namespace vrlt::trainer
