// GRPO against the reference: every variant of golden/grpo, step by step. Each generation batch is passed over several times, so
// the old log-probs are those of its first pass. Tolerances are those of the README beside the files.

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "tests/support/test_folders.h"
#include "tests/support/worst.h"
#include "vrlt/algorithm/advantage.h"
#include "vrlt/algorithm/aggregation.h"
#include "vrlt/algorithm/kl.h"
#include "vrlt/algorithm/loss_table.h"
#include "vrlt/algorithm/token_log_probs.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/io/json.h"
#include "vrlt/model/vision_language_model.h"
#include "vrlt/optim/adamw.h"

namespace vrlt::trainer {
namespace {

namespace fs = std::filesystem;
using io::Json;

constexpr double kFirstLogProb = 1e-4, kLogProb = 1e-3, kLoss = 1e-4, kGradNorm = 1e-3, kK3 = 1e-3, kFinalParameter = 1.5e-4;
/// Ratios, fractions and entropy are functions of the log-probs: ratios of e^(1e-3) relative, entropy as the log-probs.
constexpr double kRatio = 2e-3, kFraction = 1e-6, kEntropy = 1e-3;
constexpr double kAdvantage = 1e-9;  // float64 on both sides

fs::path folder() { return test::golden_dir() / "grpo"; }
Json description() { return fs::exists(folder() / "grpo.json") ? io::read_json(folder() / "grpo.json") : Json::object(); }

std::vector<std::string> variant_names() {
  std::vector<std::string> names;
  const auto json = description();
  if (json.contains("variants"))
    for (const auto& [name, value] : json["variants"].items()) names.push_back(name);
  return names;
}

TEST(GrpoStepsFiles, AreFound) { EXPECT_GE(variant_names().size(), 1u) << folder(); }

void expect_near(const at::Tensor& actual, const at::Tensor& expected, double tolerance, const std::string& quantity) {
  ASSERT_EQ(actual.sizes(), expected.sizes()) << quantity;
  const double difference = (actual.to(at::kDouble) - expected.to(at::kDouble)).abs().max().item<double>();
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
  at::Tensor padded(const at::Tensor& flat) const { return at::zeros(mask.sizes(), flat.options()).masked_scatter(mask, flat); }
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
  at::Tensor expected(const std::string& name) const { return expected_.tensor(GetParam() + "." + name); }

  void read_prompts() {
    const auto ids = inputs_.tensor("prompt_ids"), mask = inputs_.tensor("prompt_mask").to(at::kBool),
               positions = inputs_.tensor("prompt_position_ids");
    for (int64_t i = 0; i < integer("prompts"); ++i) {
      auto prompt = std::make_shared<processor::ModelInputs>();
      prompt->input_ids = ids[i].masked_select(mask[i]);
      prompt->position_ids = positions.select(1, i).masked_select(mask[i]).view({3, -1});
      prompt->next_position = json_["next_position"][static_cast<size_t>(i)].get<int64_t>();
      EXPECT_EQ(prompt->next_position, prompt->position_ids.max().item<int64_t>() + 1);
      prompt->pixel_values_videos = inputs_.tensor("pixel_values_videos_q." + std::to_string(i)).to(at::kFloat) / 32.0;
      prompt->video_grid_thw = inputs_.tensor("video_grid_thw").narrow(0, i, 1);
      prompts_.push_back(prompt);
    }
  }

  GenerationBatch read_batch(int64_t number) const {
    const auto prefix = "batch" + std::to_string(number) + ".";
    GenerationBatch batch{.mask = inputs_.tensor(prefix + "completion_mask").to(at::kBool)};
    const auto ids = inputs_.tensor(prefix + "completion_ids"), rewards = inputs_.tensor(prefix + "rewards");
    for (int64_t row = 0; row < ids.size(0); ++row) {
      if (row % integer("group_size") == 0) batch.responses.emplace_back();
      batch.responses.back().push_back(ids[row].masked_select(batch.mask[row]));
      batch.rewards.push_back(rewards[row].item<double>());
    }
    return batch;
  }

  /// Groups [begin, begin + count) as the model takes them, their videos encoded by the model that is asked.
  model::GroupBatch group_batch(model::VisionLanguageModel& model, const GenerationBatch& batch, size_t begin, size_t count) const {
    model::GroupBatch groups;
    for (size_t i = begin; i < begin + count; ++i) {
      model::PromptGroup group{.prompt = prompts_[i], .responses = batch.responses[i]};
      group.video_features = model.encode_video(prompts_[i]->pixel_values_videos, prompts_[i]->video_grid_thw);
      groups.groups.push_back(std::move(group));
    }
    return groups;
  }

  algorithm::TokenLogProbs token_log_probs(model::VisionLanguageModel& model, const model::GroupBatch& batch) const {
    return algorithm::token_log_probs(model.response_hidden(batch), model.head_weight(), batch.response_ids(), setting("temperature"),
                                      /*chunk_size=*/16);
  }

  at::Tensor all_log_probs(model::VisionLanguageModel& model, const GenerationBatch& batch) const {
    const at::NoGradGuard no_grad;
    return token_log_probs(model, group_batch(model, batch, 0, prompts_.size())).log_probs;
  }

  /// What is the same for every pass over a batch.
  struct Anchors {
    at::Tensor advantages, weights, old_log_probs, ref_log_probs;  ///< [num_tokens]
  };

  /// What a step prints, summed over its micro-batches.
  struct StepValues {
    double policy_loss = 0, kl_aggregated = 0;
    std::vector<at::Tensor> log_probs, entropies;
  };

  StepValues forward_and_backward(const GenerationBatch& batch, const Anchors& anchors) const {
    const algorithm::PolicyLossConfig loss_config{.clip_ratio_low = setting("clip_low"), .clip_ratio_high = setting("clip_high")};
    const size_t micro = prompts_.size() / config_["micro_batches"].get<size_t>();
    StepValues values;
    int64_t first = 0;
    for (size_t begin = 0; begin < prompts_.size(); begin += micro) {
      const auto groups = group_batch(*policy_, batch, begin, micro);
      const auto current = token_log_probs(*policy_, groups);
      const int64_t count = groups.num_response_tokens();
      const auto part = [&](const at::Tensor& all) { return all.narrow(0, first, count); };
      const algorithm::TokenBatch tokens{current.log_probs, part(anchors.old_log_probs), part(anchors.advantages)};
      const auto policy_loss = (algorithm::find_loss("ppo_clip").loss(tokens, loss_config) * part(anchors.weights)).sum();
      const auto kl = (algorithm::k3_divergence(current.log_probs, part(anchors.ref_log_probs)) * part(anchors.weights)).sum();
      (policy_loss + setting("beta") * kl).backward();
      values.policy_loss += policy_loss.item<double>();
      values.kl_aggregated += kl.item<double>();
      values.log_probs.push_back(current.log_probs.detach());
      values.entropies.push_back(current.entropy);
      first += count;
    }
    return values;
  }

  void expect_step(const Json& step, const StepValues& values, const GenerationBatch& batch, const Anchors& anchors) const {
    const auto number = step["step"].get<int64_t>();
    const auto log_probs = at::cat(values.log_probs);
    const auto stored = batch.flat(expected("step" + std::to_string(number) + ".log_probs"));
    expect_near(log_probs, stored, number == 0 ? kFirstLogProb : kLogProb, GetParam() + " log-probs, step " + std::to_string(number));
    expect_near(values.policy_loss, step["policy_loss"].get<double>(), kLoss, GetParam() + " policy loss");
    expect_near(values.policy_loss + setting("beta") * values.kl_aggregated, step["loss"].get<double>(), kLoss, GetParam() + " loss");

    const auto mean = [](const at::Tensor& x) { return x.to(at::kDouble).mean().item<double>(); };
    const auto relative = [](double value) { return std::max(1.0, std::abs(value)); };
    const auto& kl = step["kl_aggregated"];
    expect_near(values.kl_aggregated, kl.get<double>(), kK3 * relative(kl.get<double>()), GetParam() + " k3 aggregated");
    expect_near(mean(algorithm::k3_divergence(log_probs, anchors.ref_log_probs)), step["kl_token_mean"].get<double>(), kK3, GetParam() + " k3");
    expect_near(mean(at::cat(values.entropies)), step["entropy_token_mean"].get<double>(), kEntropy, GetParam() + " entropy");

    const auto ratio = algorithm::log_ratio({log_probs, anchors.old_log_probs, anchors.advantages}).exp();
    expect_near(mean(ratio), step["ratio_mean"].get<double>(), kRatio * relative(step["ratio_mean"].get<double>()), GetParam() + " ratio mean");
    expect_near(ratio.max().item<double>(), step["ratio_max"].get<double>(), kRatio * relative(step["ratio_max"].get<double>()),
                GetParam() + " ratio max");
    expect_near(mean(anchors.old_log_probs - log_probs), step["approx_kl_old"].get<double>(), kLogProb, GetParam() + " approximate KL");
    expect_near(mean((ratio < 1.0 - setting("clip_low")).logical_and(anchors.advantages < 0)), step["clip_fraction_low"].get<double>(), kFraction,
                GetParam() + " clip fraction");
    expect_near(mean((ratio > 1.0 + setting("clip_high")).logical_and(anchors.advantages > 0)), step["clip_fraction_high"].get<double>(), kFraction,
                GetParam() + " clip fraction");
  }

  Anchors make_anchors(const GenerationBatch& batch, int64_t number) const {
    const auto name = "batch" + std::to_string(number) + ".";
    const auto advantages = algorithm::group_advantages(batch.rewards, integer("group_size"), {"group_std", setting("adv_eps")});
    expect_near(at::tensor(advantages, at::kDouble), expected(name + "advantages"), kAdvantage, GetParam() + " advantages");

    const auto lengths = batch.mask.sum(1);
    const algorithm::StepCounts counts{.tokens = batch.mask.sum().item<int64_t>(), .rows = batch.mask.size(0)};
    std::vector<double> token_advantages, weights;
    for (int64_t row = 0; row < counts.rows; ++row) {
      const auto length = lengths[row].item<int64_t>();
      token_advantages.insert(token_advantages.end(), static_cast<size_t>(length), advantages[static_cast<size_t>(row)]);
      weights.insert(weights.end(), static_cast<size_t>(length), algorithm::token_weight(config_["agg"].get<std::string>(), length, counts));
    }
    Anchors anchors{.advantages = at::tensor(token_advantages, at::kDouble).to(at::kFloat),
                    .weights = at::tensor(weights, at::kDouble).to(at::kFloat)};
    anchors.old_log_probs = all_log_probs(*policy_, batch);
    anchors.ref_log_probs = all_log_probs(*reference_, batch);
    expect_near(anchors.old_log_probs, batch.flat(expected(name + "old_log_probs")), number == 0 ? kFirstLogProb : kLogProb,
                GetParam() + " old log-probs");
    expect_near(anchors.ref_log_probs, batch.flat(expected(name + "ref_log_probs")), kFirstLogProb, GetParam() + " ref log-probs");
    return anchors;
  }

  void expect_final_parameters() const {
    const auto& variant = json_["variants"][GetParam()];
    const auto rows = at::tensor(variant["final_embed_row_index"].get<std::vector<int64_t>>(), at::kLong);
    const auto prefix = GetParam() + ".final.";
    int64_t num_compared = 0;
    for (const auto& stored : expected_.names()) {
      if (!stored.starts_with(prefix) || stored == prefix + "log_probs_batch0") continue;
      auto name = stored.substr(prefix.size());
      const bool is_rows = name.ends_with(".rows");
      if (is_rows) name.resize(name.size() - std::string(".rows").size());
      const auto parameter = policy_->parameters().at(name).detach();
      expect_near(is_rows ? parameter.index_select(0, rows) : parameter, expected_.tensor(stored), kFinalParameter, GetParam() + " final parameters");
      ++num_compared;
    }
    EXPECT_GT(num_compared, 0);

    EXPECT_EQ(variant["final_parameters"].size(), policy_->parameters().entries().size());
    for (const auto& [name, values] : variant["final_parameters"].items()) {
      SCOPED_TRACE(name);
      const auto parameter = policy_->parameters().at(name).detach().to(at::kDouble);
      const auto update = parameter - reference_->parameters().at(name).to(at::kDouble);
      // Each of n elements within the tolerance; their errors are independent, so a sum is within sqrt(n) of them, the norm too.
      const double tolerance = kFinalParameter * std::sqrt(static_cast<double>(parameter.numel()));
      expect_near(parameter.sum().item<double>(), values["sum"].get<double>(), tolerance, GetParam() + " final sums");
      expect_near(parameter.abs().sum().item<double>(), values["abs_sum"].get<double>(), tolerance, GetParam() + " final sums");
      expect_near(update.norm().item<double>(), values["update_norm"].get<double>(), 0.01 * values["update_norm"].get<double>(),
                  GetParam() + " update norms");
    }
  }

  Json json_, config_;
  checkpoint::SafetensorsFile inputs_, expected_;
  std::unique_ptr<model::VisionLanguageModel> policy_, reference_;
  std::vector<std::shared_ptr<const processor::ModelInputs>> prompts_;
};

TEST_P(GrpoSteps, EveryNumberOfEveryStep) {
  optim::NamedTensors trained;
  for (const auto& [name, tensor] : policy_->parameters().entries()) trained.emplace_back(name, tensor);
  optim::AdamW optimizer(trained, {.weight_decay = setting("weight_decay")});
  const auto& steps = json_["variants"][GetParam()]["steps"];
  ASSERT_EQ(static_cast<int64_t>(steps.size()), integer("generation_batches") * integer("passes_per_batch"));

  GenerationBatch batch;
  Anchors anchors;
  for (const auto& step : steps) {
    SCOPED_TRACE("step " + step["step"].dump());
    if (step["pass_"] == 0) {
      batch = read_batch(step["batch"].get<int64_t>());
      anchors = make_anchors(batch, step["batch"].get<int64_t>());
    }
    EXPECT_EQ(batch.mask.sum().item<int64_t>(), step["num_tokens"].get<int64_t>());
    EXPECT_EQ(batch.mask.size(0), step["num_rows"].get<int64_t>());
    const auto values = forward_and_backward(batch, anchors);
    expect_step(step, values, batch, anchors);
    const double norm = optimizer.clip_gradients(setting("max_grad_norm")), expected_norm = step["grad_norm"].get<double>();
    expect_near(norm / expected_norm, 1.0, kGradNorm, GetParam() + " gradient norm, relative");
    optimizer.step(setting("lr"));
  }

  expect_final_parameters();
  const auto first = read_batch(0);
  expect_near(all_log_probs(*policy_, first), first.flat(expected("final.log_probs_batch0")), kLogProb, GetParam() + " final log-probs");
}

INSTANTIATE_TEST_SUITE_P(Golden, GrpoSteps, ::testing::ValuesIn(variant_names()), [](const auto& info) { return info.param; });

}  // namespace
}  // namespace vrlt::trainer
