// What a GPU computes is what the CPU computes. In float32, up to the order of sums; in bfloat16,
// as far as its 8 bits go.
#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "model/layers/split_attention.h"
#include "tests/support/mute_tokenizer.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_prompts.h"
#include "vrlt/model/vision_features.h"
#include "vrlt/rollout/rollout_engine.h"

namespace vrlt {
namespace {

using test::TinyPrompts;

const at::Device kGpu(at::kCUDA, 0);

class Cuda : public ::testing::Test {
 protected:
  Cuda() {
    // Heads of 64: what flash attention takes. Every tenth id stops, so that rows end at different
    // times.
    io::Json config = {{"hidden_size", 256},
                       {"rope_scaling", {{"mrope_section", {16, 8, 8}}}},
                       {"vision_config", {{"out_hidden_size", 256}}}};
    config["initializer_range"] = 0.08;
    test::make_tiny_model_folder(folder_.path() / "made", config);
    std::vector<int64_t> stops;
    for (int64_t id = 3; id < 1024; id += 10) stops.push_back(id);
    io::write_file_atomic(folder_.path() / "made/generation_config.json",
                          io::Json{{"eos_token_id", stops}}.dump());
    model::load_model(folder_.path() / "made", {.random_weights = true, .seed = 5})
        ->save(folder_.path() / "saved");
    cpu_ = load(at::kCPU, at::kFloat);
  }

  std::unique_ptr<model::VisionLanguageModel> load(at::Device device, at::ScalarType dtype) const {
    return model::load_model(folder_.path() / "saved", {.dtype = dtype, .device = device});
  }

  static std::vector<rollout::Prompt> prompts() {
    TinyPrompts random(21);
    return {{"a", random.video(2, 6, 10, 4)},
            {"b", random.text(11)},
            {"c", random.text(2)},
            {"d", random.video(1, 4, 4, 30)}};
  }

  static std::vector<rollout::RolloutGroup> generate(model::VisionLanguageModel& model,
                                                     const rollout::GenerationConfig& config) {
    const test::MuteTokenizer tokenizer;
    return rollout::RolloutEngine(model, tokenizer,
                                  {TinyPrompts::kImageToken, TinyPrompts::kVideoToken})
        .generate(prompts(), config);
  }

  /// Log-probs of the responses, recording gradients.
  static at::Tensor log_probs(model::VisionLanguageModel& model,
                              const std::vector<rollout::RolloutGroup>& groups) {
    model::GroupBatch batch;
    for (const auto& group : groups) {
      batch.groups.push_back(
          {.prompt = group.prompt.inputs,
           .vision_features = model::encode_vision(model, {&group.prompt.inputs, 1})[0]});
      for (const auto& response : group.responses)
        batch.groups.back().responses.push_back(at::tensor(response.ids, at::kLong));
    }
    const auto hidden = model.response_hidden(batch);
    const auto ids = batch.response_ids().to(hidden.device()).unsqueeze(1);
    return at::linear(hidden, model.head_weight())
        .to(at::kFloat)
        .log_softmax(1)
        .gather(1, ids)
        .squeeze(1);
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<model::VisionLanguageModel> cpu_;
};

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.cpu().to(at::kDouble) - b.cpu().to(at::kDouble)).abs().max().item<double>();
}

TEST_F(Cuda, FlashAttentionIsSound) {
  EXPECT_LT(model::split_attention_error(kGpu, at::kBFloat16), 0.03);
}

TEST_F(Cuda, LogProbsAndGradientsAreThoseOfTheCpu) {
  const auto groups = generate(*cpu_, {.group_size = 4, .max_new_tokens = 20, .seed = 1});
  const struct {
    at::ScalarType dtype;
    double log_probs, gradients;  // of the largest gradient of a parameter
  } cases[] = {{at::kFloat, 1e-4, 1e-3}, {at::kBFloat16, 0.15, 0.1}};
  const auto gradients = [&](model::VisionLanguageModel& model, at::Tensor* values) {
    std::vector<at::Tensor> parameters;
    for (const auto& [name, tensor] : model.parameters().entries())
      parameters.push_back(tensor.requires_grad_());
    *values = log_probs(model, groups);
    return torch::autograd::grad({values->sum()}, parameters, {}, std::nullopt, false,
                                 /*allow_unused=*/true);
  };
  at::Tensor expected_values;
  const auto expected = gradients(*cpu_, &expected_values);
  for (const auto& c : cases) {
    SCOPED_TRACE(at::toString(c.dtype));
    const auto gpu = load(kGpu, c.dtype);
    at::Tensor values;
    const auto actual = gradients(*gpu, &values);
    EXPECT_LT(largest_difference(values.detach(), expected_values.detach()), c.log_probs);
    for (size_t i = 0; i < expected.size(); ++i) {
      ASSERT_EQ(actual[i].defined(), expected[i].defined()) << i;
      if (!expected[i].defined()) continue;
      EXPECT_LT(largest_difference(actual[i], expected[i]),
                c.gradients * expected[i].abs().max().item<double>() + 1e-6)
          << gpu->parameters().entries()[i].name;
    }
  }
}

// Token by token on the CPU, by chunks and graphs on the GPU; prompts wait for places, rows end,
// slots are compacted.
TEST_F(Cuda, ResponsesAreThoseOfTheCpu) {
  const auto gpu = load(kGpu, at::kFloat);
  for (const double temperature : {0.0, 1.0})
    for (const int64_t look_every : {0, 1, 5})
      for (const int64_t places : {4, 2}) {
        SCOPED_TRACE(std::to_string(temperature) + ", " + std::to_string(look_every) + " tokens, " +
                     std::to_string(places) + " places");
        rollout::GenerationConfig config{.group_size = 5,
                                         .max_new_tokens = 60,
                                         .sampling = {.temperature = temperature},
                                         .seed = 2};
        const auto expected = generate(*cpu_, config);
        config.look_every = look_every;
        config.max_rows = places * config.group_size;
        const auto actual = generate(*gpu, config);
        for (size_t i = 0; i < expected.size(); ++i)
          for (size_t k = 0; k < expected[i].responses.size(); ++k) {
            const auto &got = actual[i].responses[k], &wanted = expected[i].responses[k];
            ASSERT_EQ(got.ids, wanted.ids) << expected[i].prompt.sample_id << " " << k;
            EXPECT_EQ(got.truncated, wanted.truncated);
            for (size_t t = 0; t < wanted.ids.size(); ++t)
              EXPECT_NEAR(got.log_probs[t], wanted.log_probs[t], 1e-4);
          }
      }
}

TEST_F(Cuda, CapturedDecodingInBFloat16EqualsOneForwardPass) {
  const at::NoGradGuard no_grad;
  const auto gpu = load(kGpu, at::kBFloat16);
  const auto groups = generate(*gpu, {.group_size = 5, .max_new_tokens = 60, .seed = 3});
  std::vector<float> sampled;
  for (const auto& group : groups)
    for (const auto& response : group.responses)
      sampled.insert(sampled.end(), response.log_probs.begin(), response.log_probs.end());
  EXPECT_GT(sampled.size(), 100u);
  const auto again = log_probs(*gpu, groups);
  EXPECT_LT((again.cpu() - at::tensor(sampled)).abs().mean().item<double>(), 0.03);
  EXPECT_LT(largest_difference(again, at::tensor(sampled)), 0.3);
}

}  // namespace
}  // namespace vrlt
