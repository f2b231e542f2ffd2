// The real GRPO step on a tiny model that supervised fine-tuning has taught to answer, so that
// rewards differ within a group.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/support/table_case.h"
#include "tests/support/worst.h"
#include "tests/unit/trainer/warm_task.h"
#include "vrlt/algorithm/advantage.h"
#include "vrlt/algorithm/loss_table.h"
#include "vrlt/algorithm/token_log_probs.h"
#include "vrlt/io/jsonl.h"
#include "vrlt/rewards/reward_function.h"
#include "vrlt/rollout/rollout_engine.h"

namespace vrlt::trainer {
namespace {

TEST(GrpoWork, EveryVideoOncePerPromptAndStepWithAFrozenEncoder) {
  const test::TemporaryFolder folder;
  auto config = base_config();
  config.micro_batch = 1;
  config.algorithm.objective.kl.coef = 0.1;
  FinishedRun run(config, folder.path());
  EXPECT_EQ(run.videos_decoded(), kPrompts);
  EXPECT_EQ(run.policy().counters().videos_encoded, kPrompts)
      << "rollout and update share the features";
  EXPECT_EQ(run.policy().counters().prompts_prefilled, kPrompts)
      << "a prompt is prefilled for its group, not for each response";
  EXPECT_EQ(run.reference().counters().videos_encoded, 0)
      << "a frozen encoder is the reference's encoder too";
  EXPECT_EQ(run.reference().counters().prompts_prefilled, 0);
}

TEST(GrpoWork, ATrainedEncoderRunsOnceMoreForItsGradients) {
  const test::TemporaryFolder folder;
  auto config = base_config();
  config.model.freeze_vision = false;
  config.algorithm.objective.kl.coef = 0.1;
  FinishedRun run(config, folder.path());
  EXPECT_EQ(run.videos_decoded(), kPrompts);
  EXPECT_EQ(run.policy().counters().videos_encoded, 2 * kPrompts)
      << "once for the rollout, once with gradients, never per response";
  EXPECT_EQ(run.policy().counters().prompts_prefilled, kPrompts);
  EXPECT_EQ(run.reference().counters().videos_encoded, kPrompts);
}

TEST(GrpoWork, LaterStepsDoNotDecodeAgain) {
  const test::TemporaryFolder folder;
  auto config = base_config();
  config.steps = 3;
  FinishedRun run(config, folder.path());
  EXPECT_EQ(run.videos_decoded(), kPrompts);
  EXPECT_EQ(run.policy().counters().videos_encoded, 3 * kPrompts);
  EXPECT_EQ(run.policy().counters().prompts_prefilled, 3 * kPrompts);
}

TEST(GrpoWork, EveryStepTellsItsOperationsAndUtilisation) {
  for (const char* trainer : {"grpo", "sft"}) {
    const test::TemporaryFolder folder;
    auto config = base_config();
    config.trainer = trainer;
    config.steps = 2;
    const FinishedRun run(config, folder.path());
    // not metrics.jsonl: features that a cache has are not computed
    const auto timing = run.lines_of("timing.jsonl");
    ASSERT_EQ(timing.size(), 2);
    for (size_t step = 0; step < 2; ++step) {
      const double operations = 1e12 * timing[step].at("time/model_tflop").get<double>();
      const double possible =
          FinishedRun::kFlopsPerSecond * timing[step].at("time/step_seconds").get<double>();
      EXPECT_GT(operations, 0) << trainer;
      EXPECT_NEAR(timing[step].at("time/model_flop_utilisation").get<double>(),
                  operations / possible, 1e-9)
          << trainer;
    }
  }
}

TEST(GrpoStep, HasASignalAndSamplerAndUpdateAgree) {
  for (const bool freeze_vision : {true, false}) {
    const test::TemporaryFolder folder;
    auto config = base_config();
    config.steps = 2;
    config.model.freeze_vision = freeze_vision;
    config.rollout.group_size = 16;  // enough that some answers differ
    config.rollout.sampling.temperature = 1.3;
    FinishedRun run(config, folder.path());
    for (const auto& line : run.metrics()) {
      EXPECT_GT(line["advantage/max"].get<double>(), 0.1)
          << "no response was better than another: " << line;
      EXPECT_GT(line["grad/norm"].get<double>(), 1e-4);
      EXPECT_EQ(line["policy/ratio_mean"], 1.0) << "the update's own log-probs are the anchor";
      EXPECT_EQ(line["policy/ratio_max"], 1.0);
      const auto mismatch = line["rollout/log_prob_mismatch_max"].get<double>();
      test::Worst::note("sampler against update", mismatch);
      EXPECT_LE(mismatch, 1e-5);  // cached decoding and one packed pass, both float32
    }
  }
}

TEST(GrpoStep, AtTheReferenceTheDivergenceIsExactlyZero) {
  for (const bool freeze_vision : {true, false}) {
    const test::TemporaryFolder folder;
    auto config = base_config();
    config.model.freeze_vision = freeze_vision;
    config.algorithm.objective.kl.coef = 5.0;
    config.steps = 2;
    FinishedRun run(config, folder.path());
    const auto lines = run.metrics();
    EXPECT_EQ(lines[0]["kl/reference"], 0.0);
    EXPECT_EQ(lines[0]["loss/total"], lines[0]["loss/policy"]);
    EXPECT_GT(lines[1]["kl/reference"].get<double>(), 0.0) << "the reference moved with the policy";
  }
}

TEST(GrpoStep, WithoutASignalNothingMoves) {
  const test::TemporaryFolder folder;
  auto config = base_config();
  config.optim.weight_decay = 0.0;
  config.rewards = {{"choice", 0.0}, {"temporal_iou", 0.0}};  // every total is 0
  FinishedRun run(config, folder.path());
  const auto line = run.metrics().at(0);
  EXPECT_EQ(line["group/no_signal_fraction"], 1.0);
  EXPECT_EQ(line["grad/norm"], 0.0);
  const auto before = model::load_model(warm_task().warm_folder(), {});
  for (const auto& [name, tensor] : before->parameters().entries())
    EXPECT_TRUE(at::equal(tensor, run.policy().parameters().at(name))) << name;
}

TEST(GrpoStep, MicroBatchesChangeNothing) {
  // by metric, over micro-batch sizes
  std::map<std::string, std::vector<double>> values;
  // by number; two; one again, by tokens
  for (const auto& [micro_batch, tokens] : {std::pair<int64_t, int64_t>{1, 0}, {2, 0}, {2, 1}}) {
    const test::TemporaryFolder folder;
    auto config = base_config();
    config.model.freeze_vision = false;
    config.algorithm.objective.aggregation.mode = "seq_mean_token_mean";
    config.micro_batch = micro_batch;
    config.micro_batch_tokens = tokens;
    FinishedRun run(config, folder.path());
    const auto line = run.metrics().at(0);
    for (const auto& [name, value] : line.items()) values[name].push_back(value.get<double>());
  }
  EXPECT_GT(values.at("grad/norm")[0], 1e-4);
  for (const auto& [name, all] : values) {
    ASSERT_EQ(all.size(), 3u) << name;
    const double tolerance =
        name.starts_with("rollout/log_prob_mismatch") ? 1e-5 : 1e-5 * (1.0 + std::abs(all[0]));
    EXPECT_NEAR(all[1], all[0], tolerance) << name;  // sums in another order
    EXPECT_EQ(all[2], all[0]) << name;
  }
}

struct Setting {
  std::string name;
  void (*apply)(settings::TrainConfig& config);
};
VRLT_PRINT_ROW_NAME(Setting)

/// Everything that a run carries from step to step.
const Setting kSettings[] = {
    {"one_update", [](settings::TrainConfig& config) { config.algorithm.objective.kl.coef = 0.1; }},
    {"several_updates",
     [](settings::TrainConfig& config) {
       config.algorithm.passes = 2;
       config.algorithm.updates_per_pass = 2;
       config.optim.schedule = "linear";
     }},
    {"moving_reference",
     [](settings::TrainConfig& config) {
       config.algorithm.objective.kl.coef = 0.1;
       config.algorithm.reference_sync_every = 2;
     }},
    {"adaptive_coefficients",
     [](settings::TrainConfig& config) {
       config.algorithm.kl_reward = {.coef = 0.1, .target = 0.01, .horizon = 100};
       config.algorithm.objective.entropy = {.coef = 0.01, .target = 1.0};
     }},
    {"epoch_filter",
     [](settings::TrainConfig& config) {
       config.prompts_per_step = 1;
       config.online_selection = settings::OnlineSelectionSection::with(settings::EpochFilterRule{
           .epoch_size = 1, .filter = {.min_mean = -1.0, .max_mean = 0.5}});
     }},
    {"memory_bank",
     [](settings::TrainConfig& config) {
       config.prompts_per_step = 1;
       config.rollout.sampling.temperature = 1.3;
       config.online_selection = settings::OnlineSelectionSection::with(
           settings::MemoryBankRule{.bank = {.min_variance = 0.2}});
     }},
    {"dynamic_sampling",
     [](settings::TrainConfig& config) {
       config.algorithm.dynamic_sampling = {.enabled = true, .min_std = 0.25, .max_batches = 3};
     }},
};

class GrpoRun : public ::testing::TestWithParam<Setting> {};

TEST_P(GrpoRun, ResumedEqualsUninterrupted) {
  const test::TemporaryFolder whole_folder, resumed_folder;
  auto config = base_config();
  config.steps = 6;
  config.checkpoint.every = 3;
  GetParam().apply(config);
  FinishedRun whole(config, whole_folder.path());
  auto first_half = config;
  first_half.steps = 3;
  // the schedule is that of all six steps: cut the undisturbed run back instead
  if (config.optim.schedule == "linear") {
    fs::copy(whole_folder.path(), resumed_folder.path(),
             fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    fs::remove_all(resumed_folder.path() / "checkpoints/step-000006");
  } else {
    FinishedRun first(first_half, resumed_folder.path());
  }
  FinishedRun second(config, resumed_folder.path());
  EXPECT_LT(second.policy().counters().prompts_prefilled,
            whole.policy().counters().prompts_prefilled)
      << "it began anew";
  for (const char* name : {"metrics.jsonl", "rollouts.jsonl", "updates.jsonl"}) {
    if (!fs::exists(whole_folder.path() / name)) continue;
    EXPECT_EQ(io::read_file(resumed_folder.path() / name, 1 << 24),
              io::read_file(whole_folder.path() / name, 1 << 24))
        << name;
  }
  for (const auto& [name, tensor] : whole.policy().parameters().entries())
    EXPECT_TRUE(at::equal(tensor, second.policy().parameters().at(name))) << name;
  for (const char* name : {"optimizer.safetensors", "state.json"})
    EXPECT_EQ(io::read_file(resumed_folder.path() / "checkpoints/step-000006" / name, 1 << 24),
              io::read_file(whole_folder.path() / "checkpoints/step-000006" / name, 1 << 24))
        << name;
}

INSTANTIATE_TEST_SUITE_P(Settings, GrpoRun, ::testing::ValuesIn(kSettings), test::row_name);

/// The responses of step 1 with their advantages, generated once more, and their log-probs under
/// another policy.
class FirstStep {
 public:
  explicit FirstStep(const settings::TrainConfig& config)
      : before_(model::load_model(warm_task().warm_folder(), {})) {
    const auto folder = warm_task().warm_folder();
    const processor::Processor processor(model::load_prompt_format(folder));
    processor::PromptLoader loader(processor, test::TinyTask::media_options(),
                                   warm_task().task().data_root(), config.data.prompt, 1 << 20);
    rollout::RolloutEngine engine(*before_, processor.tokenizer(), processor.never_sampled());
    const rewards::RewardFunction reward({{"format_answer", 0.5}, {"temporal_iou", 0.5}});
    for (const auto& sample : warm_task().task().samples()) {
      const auto group = engine.generate({{sample.id, loader.load(sample)}},
                                         {.group_size = kGroupSize,
                                          .max_new_tokens = config.rollout.max_new_tokens,
                                          .seed = config.seed})[0];
      model::PromptGroup model_group{.prompt = group.prompt.inputs,
                                     .vision_features = group.vision_features};
      std::vector<double> totals;
      for (const auto& response : group.responses) {
        totals.push_back(reward({sample, response.text, static_cast<int64_t>(response.ids.size()),
                                 response.truncated})
                             .total);
        model_group.responses.push_back(at::tensor(response.ids, at::kLong));
      }
      const auto advantages = algorithm::group_advantages(totals, kGroupSize, {});
      for (size_t k = 0; k < advantages.size(); ++k)
        advantages_.insert(advantages_.end(), group.responses[k].ids.size(), advantages[k]);
      batch_.groups.push_back(std::move(model_group));
    }
  }

  /// Sum over tokens of advantage times log-prob.
  double merit(model::VisionLanguageModel& policy) const {
    const at::NoGradGuard no_grad;
    const auto log_probs =
        algorithm::token_log_probs(policy.response_hidden(batch_), policy.head_weight(),
                                   batch_.response_ids(), 1.0)
            .log_probs;
    return (log_probs.to(at::kDouble) * at::tensor(advantages_, at::kDouble)).sum().item<double>();
  }
  double merit_before() const { return merit(*before_); }

 private:
  std::unique_ptr<model::VisionLanguageModel> before_;
  model::GroupBatch batch_;
  std::vector<double> advantages_;
};

TEST(GrpoStep, RaisesWhatWasBetterThanItsGroup) {
  for (const auto& loss : algorithm::loss_table()) {
    const test::TemporaryFolder folder;
    auto config = base_config();
    auto& objective = config.algorithm.objective;
    objective.policy_loss = {.loss = loss.name,
                             .ratio = loss.ratio != nullptr ? loss.ratio : "token",
                             .ratio_max = 1.5,
                             .cispo_cap = 5.0};
    if (loss.aggregation != nullptr) objective.aggregation.mode = loss.aggregation;
    config.optim.lr = 1e-4;
    FinishedRun run(config, folder.path());
    const FirstStep step(config);
    EXPECT_GT(step.merit(run.policy()), step.merit_before() + 0.01) << loss.name;
  }
}

}  // namespace
}  // namespace vrlt::trainer
