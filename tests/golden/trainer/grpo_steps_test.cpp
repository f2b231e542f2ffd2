// The trainer's update against the reference: every variant of golden/grpo, step by step. Each
// generation batch is passed over several times, so the old log-probs are those of its first pass.
// Tolerances are those of the README beside the files.

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cstdlib>

#include "tests/support/test_folders.h"
#include "tests/support/worst.h"
#include "vrlt/algorithm/advantage.h"
#include "vrlt/algorithm/token_log_probs.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/io/json.h"
#include "vrlt/model/vision_language_model.h"
#include "vrlt/optim/adamw.h"
#include "vrlt/optim/gradients.h"
#include "vrlt/trainer/step/policy_update.h"

namespace vrlt::trainer {
namespace {

namespace fs = std::filesystem;
using io::Json;

constexpr double kFirstLogProb = 1e-4, kLogProb = 1e-3, kLoss = 1e-4, kGradNorm = 1e-3, kK3 = 1e-3,
                 kFinalParameter = 1.5e-4;
/// Ratios, fractions and entropy are functions of the log-probs: ratios of e^(1e-3) relative,
/// entropy as the log-probs.
constexpr double kRatio = 2e-3, kFraction = 1e-6, kEntropy = 1e-3;
constexpr double kAdvantage = 1e-9;  // float64 on both sides

fs::path folder() { return test::golden_dir() / "grpo"; }
Json description() {
  return fs::exists(folder() / "grpo.json") ? io::read_json(folder() / "grpo.json")
                                            : Json::object();
}

std::vector<std::string> variant_names() {
  std::vector<std::string> names;
  const auto json = description();
  if (json.contains("variants"))
    for (const auto& [name, value] : json["variants"].items()) names.push_back(name);
  return names;
}

TEST(GrpoStepsFiles, AreFound) { EXPECT_GE(variant_names().size(), 1u) << folder(); }

void expect_near(const at::Tensor& actual, const at::Tensor& expected, double tolerance,
                 const std::string& quantity) {
  ASSERT_EQ(actual.sizes(), expected.sizes()) << quantity;
  const double difference =
      (actual.to(at::kDouble) - expected.to(at::kDouble)).abs().max().item<double>();
  test::Worst::note(quantity, difference);
  EXPECT_LE(difference, tolerance) << quantity;
}

void expect_near(double actual, double expected, double tolerance, const std::string& quantity) {
  test::Worst::note(quantity, std::abs(actual - expected));
  EXPECT_NEAR(actual, expected, tolerance) << quantity;
}

/// A generation batch: rewards, and the responses of each group as the mask cuts them.
struct GenerationBatch {
  at::Tensor mask;  ///< [N, T]
  std::vector<std::vector<at::Tensor>> responses;
  std::vector<double> rewards;

  /// [num_tokens] to [N, T], 0 elsewhere; and back.
  at::Tensor padded(const at::Tensor& flat) const {
    return at::zeros(mask.sizes(), flat.options()).masked_scatter(mask, flat);
  }
  at::Tensor flat(const at::Tensor& padded) const { return padded.masked_select(mask); }
};

class GrpoSteps : public ::testing::TestWithParam<std::string> {
 protected:
  GrpoSteps()
      : json_(description()),
        config_(json_["variants"][GetParam()]["config"]),
        inputs_(folder() / "inputs.safetensors"),
        expected_(folder() / "expected.safetensors"),
        policy_(model::load_model(model_folder(), {})),
        reference_(model::load_model(model_folder(), {})) {
    for (const auto& entry : policy_->parameters().entries()) entry.tensor.set_requires_grad(true);
    read_prompts();
  }

  fs::path model_folder() const { return test::golden_dir() / json_["model"].get<std::string>(); }
  int64_t integer(const char* key) const { return json_[key].get<int64_t>(); }
  double setting(const char* key) const { return config_[key].get<double>(); }
  at::Tensor expected(const std::string& name) const {
    return expected_.tensor(GetParam() + "." + name);
  }

  void read_prompts() {
    const auto ids = inputs_.tensor("prompt_ids"),
               mask = inputs_.tensor("prompt_mask").to(at::kBool),
               positions = inputs_.tensor("prompt_position_ids");
    for (int64_t i = 0; i < integer("prompts"); ++i) {
      auto prompt = std::make_shared<processor::ModelInputs>();
      prompt->input_ids = ids[i].masked_select(mask[i]);
      prompt->position_ids = positions.select(1, i).masked_select(mask[i]).view({3, -1});
      prompt->next_position = json_["next_position"][static_cast<size_t>(i)].get<int64_t>();
      EXPECT_EQ(prompt->next_position, prompt->position_ids.max().item<int64_t>() + 1);
      prompt->pixel_values_videos =
          inputs_.tensor("pixel_values_videos_q." + std::to_string(i)).to(at::kFloat) / 32.0;
      prompt->video_grid_thw = inputs_.tensor("video_grid_thw").narrow(0, i, 1);
      prompts_.push_back(prompt);
    }
  }

  GenerationBatch read_batch(int64_t number) const {
    const auto prefix = "batch" + std::to_string(number) + ".";
    GenerationBatch batch{.mask = inputs_.tensor(prefix + "completion_mask").to(at::kBool)};
    const auto ids = inputs_.tensor(prefix + "completion_ids"),
               rewards = inputs_.tensor(prefix + "rewards");
    for (int64_t row = 0; row < ids.size(0); ++row) {
      if (row % integer("group_size") == 0) batch.responses.emplace_back();
      batch.responses.back().push_back(ids[row].masked_select(batch.mask[row]));
      batch.rewards.push_back(rewards[row].item<double>());
    }
    return batch;
  }

  /// Groups [begin, begin + count) as the model takes them, their videos encoded by the model that
  /// is asked.
  model::GroupBatch group_batch(model::VisionLanguageModel& model, const GenerationBatch& batch,
                                size_t begin, size_t count) const {
    model::GroupBatch groups;
    for (size_t i = begin; i < begin + count; ++i) {
      model::PromptGroup group{.prompt = prompts_[i], .responses = batch.responses[i]};
      group.vision_features =
          model.encode_video(prompts_[i]->pixel_values_videos, prompts_[i]->video_grid_thw);
      groups.groups.push_back(std::move(group));
    }
    return groups;
  }

  algorithm::TokenLogProbs token_log_probs(model::VisionLanguageModel& model,
                                           const model::GroupBatch& batch) const {
    return algorithm::token_log_probs(model.response_hidden(batch), model.head_weight(),
                                      batch.response_ids(), setting("temperature"),
                                      /*chunk_size=*/16);
  }

  at::Tensor all_log_probs(model::VisionLanguageModel& model, const GenerationBatch& batch) const {
    const at::NoGradGuard no_grad;
    return token_log_probs(model, group_batch(model, batch, 0, prompts_.size())).log_probs;
  }

  /// The groups of a batch as the trainer hands them to its update.
  std::vector<UpdateGroup> update_groups(const GenerationBatch& batch) const {
    std::vector<UpdateGroup> groups;
    for (size_t i = 0; i < prompts_.size(); ++i)
      groups.push_back({.position = static_cast<int64_t>(i),
                        .prompt = prompts_[i],
                        .responses = batch.responses[i]});
    return groups;
  }

  UpdateSettings update_settings() const {
    UpdateSettings settings{.temperature = setting("temperature"),
                            .micro_batch = static_cast<int64_t>(
                                prompts_.size() / config_["micro_batches"].get<size_t>()),
                            .freeze_vision = false};
    auto& algorithm = settings.algorithm;
    algorithm.objective.policy_loss = {.clip_ratio_low = setting("clip_low"),
                                       .clip_ratio_high = setting("clip_high")};
    algorithm.objective.aggregation.mode = config_["agg"].get<std::string>();
    algorithm.objective.kl.coef = setting("beta");
    algorithm.advantage.epsilon = setting("adv_eps");
    algorithm.passes = integer("passes_per_batch");
    return settings;
  }

  void expect_step(const Json& step, const metrics::MetricSet& metrics) const {
    const auto value = [&](const char* name) { return metrics.value(name, std::nan("")); };
    const auto relative = [](double expected) { return std::max(1.0, std::abs(expected)); };
    const auto expect = [&](const char* name, const char* key, double tolerance) {
      expect_near(value(name), step[key].get<double>(),
                  tolerance * relative(step[key].get<double>()), GetParam() + " " + name);
    };
    EXPECT_EQ(value("batch/tokens"), step["num_tokens"].get<double>());
    EXPECT_EQ(value("batch/rows"), step["num_rows"].get<double>());
    expect("loss/policy", "policy_loss", kLoss);
    expect("loss/total", "loss", kLoss);
    expect("loss/kl", "kl_aggregated", kK3);
    expect("kl/reference", "kl_token_mean", kK3);
    expect("policy/entropy", "entropy_token_mean", kEntropy);
    expect("policy/ratio_mean", "ratio_mean", kRatio);
    expect("policy/ratio_max", "ratio_max", kRatio);
    expect("policy/approx_kl", "approx_kl_old", kLogProb);
    expect("loss/clip_fraction_low", "clip_fraction_low", kFraction);
    expect("loss/clip_fraction_high", "clip_fraction_high", kFraction);
  }

  void expect_log_probs(const GenerationBatch& batch, model::VisionLanguageModel& model,
                        const std::string& name, double tolerance) const {
    expect_near(all_log_probs(model, batch), batch.flat(expected(name)), tolerance,
                GetParam() + " log-probs, " + name);
  }

  /// The update with everything that is frozen for the batch.
  void start_batch(PolicyUpdate& update, const GenerationBatch& batch, int64_t number) const {
    const auto name = "batch" + std::to_string(number) + ".";
    const auto advantages = algorithm::group_advantages(batch.rewards, integer("group_size"),
                                                        update_settings().algorithm.advantage);
    expect_near(at::tensor(advantages, at::kDouble), expected(name + "advantages"), kAdvantage,
                GetParam() + " advantages");
    expect_log_probs(batch, *policy_, name + "old_log_probs",
                     number == 0 ? kFirstLogProb : kLogProb);
    expect_log_probs(batch, *reference_, name + "ref_log_probs", kFirstLogProb);
    update.start_batch({update_groups(batch)});
    update.measure_anchors();
    ByResponse<double> by_response;
    for (size_t i = 0; i < advantages.size(); ++i) {
      const auto [position, number] = std::div(static_cast<int64_t>(i), integer("group_size"));
      by_response[{position, number}] = advantages[i];
    }
    update.set_advantages(by_response);
  }

  void expect_final_parameters() const {
    const auto& variant = json_["variants"][GetParam()];
    const auto rows =
        at::tensor(variant["final_embed_row_index"].get<std::vector<int64_t>>(), at::kLong);
    const auto prefix = GetParam() + ".final.";
    int64_t num_compared = 0;
    for (const auto& stored : expected_.names()) {
      if (!stored.starts_with(prefix) || stored == prefix + "log_probs_batch0") continue;
      auto name = stored.substr(prefix.size());
      const bool is_rows = name.ends_with(".rows");
      if (is_rows) name.resize(name.size() - std::string(".rows").size());
      const auto parameter = policy_->parameters().at(name).detach();
      expect_near(is_rows ? parameter.index_select(0, rows) : parameter, expected_.tensor(stored),
                  kFinalParameter, GetParam() + " final parameters");
      ++num_compared;
    }
    EXPECT_GT(num_compared, 0);

    EXPECT_EQ(variant["final_parameters"].size(), policy_->parameters().entries().size());
    for (const auto& [name, values] : variant["final_parameters"].items()) {
      SCOPED_TRACE(name);
      const auto parameter = policy_->parameters().at(name).detach().to(at::kDouble);
      const auto update = parameter - reference_->parameters().at(name).to(at::kDouble);
      // Each of n elements within the tolerance; their errors are independent, so a sum is within
      // sqrt(n) of them, the norm too.
      const double tolerance = kFinalParameter * std::sqrt(static_cast<double>(parameter.numel()));
      expect_near(parameter.sum().item<double>(), values["sum"].get<double>(), tolerance,
                  GetParam() + " final sums");
      expect_near(parameter.abs().sum().item<double>(), values["abs_sum"].get<double>(), tolerance,
                  GetParam() + " final sums");
      expect_near(update.norm().item<double>(), values["update_norm"].get<double>(),
                  0.01 * values["update_norm"].get<double>(), GetParam() + " update norms");
    }
  }

  Json json_, config_;
  checkpoint::SafetensorsFile inputs_, expected_;
  std::unique_ptr<model::VisionLanguageModel> policy_, reference_;
  std::vector<std::shared_ptr<const processor::ModelInputs>> prompts_;
};

TEST_P(GrpoSteps, EveryNumberOfEveryStep) {
  optim::NamedTensors trained;
  for (const auto& [name, tensor] : policy_->parameters().entries())
    trained.emplace_back(name, tensor);
  optim::GradientSum gradients(trained);
  optim::AdamW optimizer(trained, {.weight_decay = setting("weight_decay")});
  const auto& steps = json_["variants"][GetParam()]["steps"];
  ASSERT_EQ(static_cast<int64_t>(steps.size()),
            integer("generation_batches") * integer("passes_per_batch"));

  PolicyUpdate update(update_settings(), *policy_, reference_.get(), distributed::single_process());
  GenerationBatch batch;
  for (const auto& step : steps) {
    SCOPED_TRACE("step " + step["step"].dump());
    const auto number = step["step"].get<int64_t>(), pass = step["pass_"].get<int64_t>();
    if (pass == 0) {
      batch = read_batch(step["batch"].get<int64_t>());
      start_batch(update, batch, step["batch"].get<int64_t>());
    }
    expect_log_probs(batch, *policy_, "step" + std::to_string(number) + ".log_probs",
                     number == 0 ? kFirstLogProb : kLogProb);
    metrics::MetricSet metrics;
    update.accumulate_gradients(pass, gradients, metrics);
    gradients.finish();
    expect_step(step, metrics);
    const double norm = optim::clip_gradients(trained, setting("max_grad_norm")),
                 expected_norm = step["grad_norm"].get<double>();
    expect_near(norm / expected_norm, 1.0, kGradNorm, GetParam() + " gradient norm, relative");
    optimizer.step(setting("lr"));
  }

  expect_final_parameters();
  const auto first = read_batch(0);
  expect_near(all_log_probs(*policy_, first), first.flat(expected("final.log_probs_batch0")),
              kLogProb, GetParam() + " final log-probs");
}

INSTANTIATE_TEST_SUITE_P(Golden, GrpoSteps, ::testing::ValuesIn(variant_names()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace vrlt::trainer
