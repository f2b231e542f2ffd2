// The invariants (docs/spec/grpo.md#invariants) that are about ranks, several updates per batch,
// and the run.

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <thread>

#include "tests/support/gathered_gradients.h"
#include "tests/support/thread_ranks.h"
#include "tests/support/toy_policy.h"
#include "tests/support/worst.h"
#include "tests/unit/trainer/warm_task.h"
#include "trainer/log/rollout_metrics.h"
#include "trainer/step/batch_advantages.h"
#include "trainer/training_run.h"
#include "vrlt/algorithm/objective.h"
#include "vrlt/core/error.h"
#include "vrlt/optim/adamw.h"
#include "vrlt/optim/gradient_sum.h"

namespace vrlt::trainer {
namespace {

using test::RecordedBatch;
using test::ThreadRanks;
using test::ToyPolicy;

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

TEST(Invariants, TheFirstUpdateSeesRatiosOfExactlyOne) {
  for (const bool freeze_vision : {true, false})
    for (const int64_t micro_batch : {1, 2})
      for (const int64_t updates_per_pass : {1, 2}) {
        const test::TemporaryFolder folder;
        auto config = base_config();
        config.model.freeze_vision = freeze_vision;
        config.micro_batch = micro_batch;
        config.algorithm.passes = 2;
        config.algorithm.updates_per_pass = updates_per_pass;
        const auto updates = FinishedRun(config, folder.path()).updates();
        ASSERT_EQ(static_cast<int64_t>(updates.size()), 2 * updates_per_pass);
        EXPECT_EQ(updates[0]["policy/ratio_mean"], 1.0);
        EXPECT_EQ(updates[0]["policy/ratio_max"], 1.0);
        EXPECT_EQ(updates[0]["policy/approx_kl"], 0.0);
        EXPECT_LE(updates[0]["rollout/log_prob_mismatch_max"].get<double>(), 1e-5)
            << "the sampler decodes in other shapes";
      }
}

TEST(Invariants, RanksAddUpToTheGradientOfTheWhole) {
  const RecordedBatch recorded;
  const auto advantages = recorded.advantages();
  // The part of rows [begin, end), with old log-probs that differ from the policy's.
  const auto batch_of = [&](const ToyPolicy& policy, size_t begin, size_t end) {
    const std::vector<int64_t> prompts(recorded.prompts.begin() + static_cast<int64_t>(begin),
                                       recorded.prompts.begin() + static_cast<int64_t>(end));
    const std::vector<at::Tensor> responses(
        recorded.responses.begin() + static_cast<int64_t>(begin),
        recorded.responses.begin() + static_cast<int64_t>(end));
    const auto current = policy(prompts, responses).log_probs;
    algorithm::TokenBatch batch{.log_probs = current};
    std::vector<double> of_tokens;
    for (size_t row = begin; row < end; ++row) {
      batch.row_lengths.push_back(recorded.lengths[row]);
      of_tokens.insert(of_tokens.end(), static_cast<size_t>(recorded.lengths[row]),
                       advantages[row]);
    }
    batch.advantages = at::tensor(of_tokens, at::kDouble);
    batch.old_log_probs =
        0.9 * current.detach() + 0.1 * ToyPolicy(2)(prompts, responses).log_probs.detach();
    return batch;
  };
  struct Outcome {
    at::Tensor gradient, parameters;
  };
  const auto on_ranks = [&](int world_size, const algorithm::AggregationConfig& aggregation) {
    std::vector<Outcome> outcomes(static_cast<size_t>(world_size));
    ThreadRanks(world_size).run([&](distributed::ProcessGroup& group) {
      const ToyPolicy policy(1);
      const size_t share = 12 / static_cast<size_t>(world_size),
                   begin = share * static_cast<size_t>(group.rank());
      const auto batch = batch_of(policy, begin, begin + share);
      const auto own = algorithm::counts_of(batch.row_lengths, aggregation);
      const algorithm::StepCounts counts{group.all_reduce_sum(own.tokens),
                                         group.all_reduce_sum(own.rows),
                                         group.all_reduce_sum(own.micro_batches)};
      algorithm::objective(batch, counts, {.aggregation = aggregation}).loss.backward();
      const optim::ParameterSlices slices(policy.parameters(), group);
      optim::GradientSum sum(slices, {});
      sum.take();
      sum.finish();
      const auto gradient = test::gathered_gradients(slices);
      optim::AdamW(slices.own(), {.epsilon = 1e-4}).step(1e-3);
      slices.gather();
      outcomes[static_cast<size_t>(group.rank())] = {gradient, policy.values()};
    });
    for (const auto& outcome : outcomes)
      EXPECT_TRUE(at::equal(outcome.parameters, outcomes[0].parameters)) << "ranks drift apart";
    return outcomes[0];
  };
  for (const auto& mode : algorithm::aggregation_table()) {
    const algorithm::AggregationConfig aggregation{.mode = mode.name, .const_length = 8};
    const auto one = on_ranks(1, aggregation);
    EXPECT_GT(one.gradient.abs().max().item<double>(), 1e-3);
    for (const int world_size : {2, 4}) {
      const auto many = on_ranks(world_size, aggregation);
      // the negative control: a mean of means is another gradient
      if (aggregation.mode == "local_token_mean") {
        EXPECT_GT(largest_difference(many.gradient, one.gradient), 1e-3) << world_size << " ranks";
        EXPECT_GT(largest_difference(many.parameters, one.parameters), 1e-7)
            << world_size << " ranks";
      } else {
        EXPECT_LE(largest_difference(many.gradient, one.gradient), 1e-10)
            << mode.name << " on " << world_size << " ranks";
        EXPECT_LE(largest_difference(many.parameters, one.parameters), 1e-10)
            << mode.name << " on " << world_size << " ranks";
      }
    }
  }
}

/// Four groups of three responses, as the recorded batch has them.
std::vector<ResponseRow> recorded_rows() {
  const RecordedBatch recorded;
  std::vector<ResponseRow> rows;
  for (int64_t i = 0; i < 12; ++i)
    rows.push_back(
        {.position = i / 3,
         .number = i % 3,
         .sample_id = "sample" + std::to_string(i / 3),
         .components = {recorded.rewards[static_cast<size_t>(i)], i % 2 == 0 ? 1.0 : std::nan("")},
         .total = recorded.rewards[static_cast<size_t>(i)],
         .length = recorded.lengths[static_cast<size_t>(i)],
         .truncated = i == 7});
  return rows;
}

settings::TrainConfig recorded_config() {
  settings::TrainConfig config;
  config.rollout.group_size = 3;
  return config;
}

rewards::RewardFunction recorded_reward() {
  return rewards::RewardFunction({{"temporal_iou", 1.0}, {"format", 0.5}});
}

/// What `compute` makes of the gathered rows on the first of several ranks; row i starts on rank i
/// % world_size: groups are split.
template <typename Compute>
void on_scattered_rows(int world_size, Compute&& compute) {
  ThreadRanks(world_size).run([&](distributed::ProcessGroup& group) {
    std::vector<ResponseRow> own;
    const auto rows = recorded_rows();
    for (size_t i = rows.size(); i-- > 0;)
      if (static_cast<int>(i) % world_size == group.rank()) own.push_back(rows[i]);
    const auto gathered = gather_rows(own, group);
    if (group.is_first()) compute(gathered);
  });
}

TEST(Invariants, GroupsSplitAcrossRanksGiveTheSameAdvantages) {
  for (const auto& estimator : algorithm::advantage_table()) {
    auto config = recorded_config();
    config.algorithm.advantage.estimator = estimator.name;
    const auto whole = batch_advantages(recorded_rows(), recorded_reward(),
                                        config.rollout.group_size, config.algorithm.advantage, 0.0);
    for (const int world_size : {1, 2, 4})
      on_scattered_rows(world_size, [&](const auto& rows) {
        EXPECT_EQ(batch_advantages(rows, recorded_reward(), config.rollout.group_size,
                                   config.algorithm.advantage, 0.0),
                  whole)
            << estimator.name;
      });
  }
}

TEST(Invariants, RolloutMetricsOfSeveralRanksAreThoseOfOne) {
  const auto metrics_of = [](const std::vector<ResponseRow>& rows) {
    const auto config = recorded_config();
    metrics::MetricSet metrics;
    record_rollout_metrics(rows,
                           batch_advantages(rows, recorded_reward(), config.rollout.group_size,
                                            config.algorithm.advantage, 0.0),
                           metrics);
    return metrics.values();
  };
  const auto whole = metrics_of(recorded_rows());
  for (const int world_size : {2, 4})
    on_scattered_rows(world_size, [&](const auto& rows) { EXPECT_EQ(metrics_of(rows), whole); });
  const std::map<std::string, double> values(whole.begin(), whole.end());
  EXPECT_DOUBLE_EQ(values.at("response/truncated_fraction"), 1.0 / 12);
}

// The whole trainer: rollouts to the last bit, what is summed in another order up to float32.
TEST(Invariants, RolloutsAndMetricsDoNotDependOnTheNumberOfRanks) {
  const test::TemporaryFolder one_folder, two_folder;
  auto config = base_config();
  config.steps = 2;
  config.logged_rollouts = kPrompts;
  // where the true gradient is 0 Adam would make full steps of rounding
  config.optim.epsilon = 1e-3;
  config.algorithm.passes = 2;
  FinishedRun one(config, one_folder.path());
  std::vector<io::Json> two_metrics, two_rollouts;
  ThreadRanks(2).run([&](distributed::ProcessGroup& group) {
    FinishedRun two(config, two_folder.path(), warm_task().warm_folder(), false, group);
    if (!group.is_first()) return;
    two_metrics = two.metrics();
    two_rollouts = two.lines_of("rollouts.jsonl");
  });
  const auto one_metrics = one.metrics();
  EXPECT_EQ(two_rollouts, one.lines_of("rollouts.jsonl"));
  ASSERT_EQ(two_metrics.size(), 2u);
  for (size_t step = 0; step < 2; ++step) {
    EXPECT_EQ(two_metrics[step].size(), one_metrics[step].size());
    for (const auto& [name, value] : one_metrics[step].items())
      EXPECT_NEAR(two_metrics[step].at(name).get<double>(), value.get<double>(),
                  2e-5 * (1.0 + std::abs(value.get<double>())))
          << name;
  }
}

TEST(Invariants, TheSecondPassSeesAnotherPolicyUnlessNothingMoved) {
  for (const double lr : {1e-3, 0.0}) {
    const test::TemporaryFolder folder;
    auto config = base_config();
    config.optim.lr = lr;
    config.algorithm.passes = 2;
    auto updates = FinishedRun(config, folder.path()).updates();
    ASSERT_EQ(updates.size(), 2u);
    for (auto& line : updates) line.erase("update");
    if (lr > 0) {
      EXPECT_GT(updates[1]["policy/ratio_max"].get<double>(), 1.0001);
    } else {
      EXPECT_EQ(updates[0], updates[1]) << "a frozen policy makes both passes the same";
    }
  }
}

/// Passes every call on and counts the forward passes.
class CountedModel final : public model::VisionLanguageModel {
 public:
  explicit CountedModel(std::unique_ptr<model::VisionLanguageModel> model)
      : model_(std::move(model)) {}
  at::Tensor encode_video(const at::Tensor& pixel_values, const at::Tensor& grid_thw) override {
    return ++num_calls, model_->encode_video(pixel_values, grid_thw);
  }
  at::Tensor response_hidden(const model::GroupBatch& batch) override {
    return ++num_calls, model_->response_hidden(batch);
  }
  model::KvCache prefill(std::span<const model::PromptGroup> groups, at::Tensor* last) override {
    return ++num_calls, model_->prefill(groups, last);
  }
  at::Tensor decode(const at::Tensor& ids, model::KvCache& cache) override {
    return ++num_calls, model_->decode(ids, cache);
  }
  at::Tensor decode_cells(const at::Tensor& ids, model::KvCache& cache,
                          const model::KvCache::Lengths& lengths) override {
    return ++num_calls, model_->decode_cells(ids, cache, lengths);
  }
  const at::Tensor& head_weight() const override { return model_->head_weight(); }
  model::ParameterTable& parameters() override { return model_->parameters(); }
  bool is_vision_parameter(const std::string& name) const override {
    return model_->is_vision_parameter(name);
  }
  std::string vision_settings() const override { return model_->vision_settings(); }
  const std::vector<int64_t>& stop_ids() const override { return model_->stop_ids(); }
  void save_description(const std::filesystem::path& folder) const override {
    model_->save_description(folder);
  }

  int64_t num_calls = 0;

 private:
  std::unique_ptr<model::VisionLanguageModel> model_;
};

/// Parts of a run that is set up by hand.
struct HandMadeRun {
  explicit HandMadeRun(settings::TrainConfig settings)
      : config(std::move(settings)),
        policy(model::load_model(warm_task().warm_folder(), {})),
        reference(model::load_model(warm_task().warm_folder(), {})),
        processor(model::load_prompt_format(warm_task().warm_folder())),
        loader(processor, test::TinyTask::media_options(), warm_task().task().data_root(),
               config.data.prompt, 1 << 20) {}
  TrainingParts parts() {
    return {config,    folder.path(), warm_task().task().samples(), *policy, &reference,
            processor, loader};
  }

  test::TemporaryFolder folder;
  settings::TrainConfig config;
  std::unique_ptr<model::VisionLanguageModel> policy;
  CountedModel reference;
  processor::Processor processor;
  processor::PromptLoader loader;
};

TEST(Invariants, WithoutADivergenceTheReferenceNeverRuns) {
  for (const double kl_coef : {0.0, 0.1}) {
    auto config = base_config();
    config.algorithm.objective.kl.coef = kl_coef;
    config.algorithm.passes = 3;
    HandMadeRun run(config);
    train_grpo(run.parts());
    EXPECT_EQ(run.reference.num_calls, kl_coef > 0 ? 1 : 0)
        << "once per micro-batch, whatever the number of passes";
  }
}

/// All gradients are 0.01 but one, which is `last`.
void give_gradients(model::VisionLanguageModel& model, double last) {
  at::Tensor gradient;
  for (const auto& [name, tensor] : model.parameters().entries())
    if (tensor.requires_grad()) tensor.mutable_grad() = gradient = at::full_like(tensor, 0.01);
  gradient.flatten()[0].fill_(last);
}

TEST(Invariants, NotFiniteGradientsAreLeftOut) {
  auto config = base_config();
  config.optim.schedule = "linear";
  config.steps = 10;
  config.optim.max_skipped_updates = 2;
  HandMadeRun disturbed(config), plain(config);
  const auto disturbed_parts = disturbed.parts(), plain_parts = plain.parts();
  TrainingRun a(disturbed_parts), b(plain_parts);
  const auto step = [](TrainingRun& run, HandMadeRun& of, double last) {
    give_gradients(*of.policy, last);
    metrics::MetricSet metrics;
    EXPECT_EQ(run.optimizer_step(metrics), std::isfinite(last));
    return metrics;
  };
  step(a, disturbed, 0.5);
  step(b, plain, 0.5);
  for (const double bad : {std::nan(""), HUGE_VAL}) {
    const auto metrics = step(a, disturbed, bad);
    EXPECT_EQ(metrics.value("optim/skipped_updates", -1), 1.0);
    EXPECT_EQ(a.updates_done(), 1);
    for (const auto& [name, tensor] : plain.policy->parameters().entries())
      EXPECT_TRUE(at::equal(tensor, disturbed.policy->parameters().at(name))) << name;
  }
  // Optimizer state and learning rate go on as if nothing had happened.
  const auto after = step(a, disturbed, 0.5), expected = step(b, plain, 0.5);
  EXPECT_EQ(after.values(), expected.values());
  for (const auto& [name, tensor] : plain.policy->parameters().entries())
    EXPECT_TRUE(at::equal(tensor, disturbed.policy->parameters().at(name))) << name;
  step(a, disturbed, HUGE_VAL);
  step(a, disturbed, HUGE_VAL);
  EXPECT_THROW(step(a, disturbed, HUGE_VAL), NotFiniteError) << "the third in a row";
}

TEST(Invariants, TheReferenceMovesWithThePolicy) {
  for (const double alpha : {1.0, 0.0}) {
    const test::TemporaryFolder folder;
    auto config = base_config();
    config.steps = 2;
    config.algorithm.objective.kl.coef = 0.1;
    config.algorithm.reference_sync_every = 2;
    config.algorithm.reference_sync_alpha = alpha;
    FinishedRun run(config, folder.path());
    const auto start = model::load_model(warm_task().warm_folder(), {});
    for (const auto& [name, tensor] : run.reference().parameters().entries())
      EXPECT_TRUE(at::equal(tensor, alpha == 1.0 ? run.policy().parameters().at(name).detach()
                                                 : start->parameters().at(name)))
          << name;
  }
}

TEST(Invariants, RewardsDoNotDependOnThreads) {
  const rewards::RewardFunction reward({{"format_answer", 0.5}, {"temporal_iou", 0.5}});
  const auto& sample = warm_task().task().samples().front();
  const std::vector<std::string> texts = {
      "<answer>0.0 to 1.0</answer>", "<answer>0.5 to 1.5</answer>", "<answer>", "", "0.2 to 0.9"};
  const auto scores = [&] {
    std::vector<double> totals;
    for (int round = 0; round < 20; ++round)
      for (const auto& text : texts) totals.push_back(reward({sample, text, 5, false}).total);
    return totals;
  };
  const auto expected = scores();
  EXPECT_EQ(scores(), expected);
  std::vector<std::vector<double>> of_threads(4);
  std::vector<std::thread> threads;
  for (auto& totals : of_threads) threads.emplace_back([&] { totals = scores(); });
  for (auto& thread : threads) thread.join();
  for (const auto& totals : of_threads) EXPECT_EQ(totals, expected);
}

}  // namespace
}  // namespace vrlt::trainer
