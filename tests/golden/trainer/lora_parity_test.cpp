// Adapters against PEFT (scripts/golden/lora.py): its folders opened here give its logits,
// log-probs, gradients and ten steps of AdamW, and are written again as it wrote them.

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "tests/support/temporary_folder.h"
#include "tests/support/test_folders.h"
#include "tests/support/worst.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/io/json.h"
#include "vrlt/model/adapter_config.h"
#include "vrlt/model/adapter_files.h"
#include "vrlt/optim/adamw.h"
#include "vrlt/optim/gradients.h"

namespace vrlt::trainer {
namespace {

namespace fs = std::filesystem;
using checkpoint::SafetensorsFile;

// Two float32 programs that add in another order: logits of size 10; gradients relative to their
// norm; the loss is a sum of 34 log-probs, and each step of AdamW starts from the last.
constexpr double kLogits = 2e-4, kLogProbs = 2e-4, kGradients = 1e-3, kLoss = 2e-3, kAfter = 5e-3;
constexpr double kLearningRate = 1e-3;

fs::path golden(const std::string& name) { return test::golden_dir() / name; }

/// Made by our own script, so that it lies in this tree wherever the other values are.
fs::path lora(const std::string& name) { return test::tests_dir() / "golden/data/lora" / name; }

std::vector<std::string> variants() {
  std::vector<std::string> names;
  const auto description = io::read_json(lora("lora.json"));
  for (const auto& name : description["variants"])
    names.push_back(name.get<std::string>());
  return names;
}

TEST(LoraParityFiles, AreFound) { EXPECT_GE(variants().size(), 2U); }

void expect_near(const at::Tensor& actual, const at::Tensor& expected, double tolerance,
                 const std::string& what) {
  ASSERT_EQ(actual.sizes(), expected.sizes()) << what;
  const double difference =
      (actual.to(at::kDouble) - expected.to(at::kDouble)).abs().max().item<double>();
  test::Worst::note(what, difference);
  EXPECT_LE(difference, tolerance) << what;
}

/// The video case of the model with an adapter of PEFT's.
class LoraParity : public ::testing::TestWithParam<std::string> {
 protected:
  LoraParity()
      : expected_(lora("expected.safetensors")),
        model_(model::load_model(golden("models/tiny_tied"), {})),
        adapter_(model::add_adapter(*model_, model::read_adapter(folder()).lora, "tiny_tied", 0)) {
    model::load_adapter(folder(), adapter_, adapter_.pairs->trained);
    read_case();
  }

  fs::path folder() const { return lora(GetParam()); }
  at::Tensor expected(const std::string& name) const {
    return expected_.tensor(GetParam() + "." + name);
  }

  at::Tensor logits() { return at::linear(model_->response_hidden(batch_), model_->head_weight()); }
  at::Tensor log_probs() {
    return at::log_softmax(logits().to(at::kDouble), -1)
        .gather(-1, batch_.response_ids().unsqueeze(-1))
        .squeeze(-1);
  }
  at::Tensor loss() { return -(log_probs() * expected("weights")).sum(); }

  optim::NamedTensors factors() const {
    optim::NamedTensors all;
    for (const auto& [name, tensor] : adapter_.named(adapter_.pairs->trained))
      all.emplace_back(name, tensor.requires_grad_());
    return all;
  }

  SafetensorsFile expected_;
  std::unique_ptr<model::VisionLanguageModel> model_;
  model::ModelAdapter& adapter_;
  model::GroupBatch batch_;

 private:
  void read_case() {
    const at::NoGradGuard no_grad;
    const auto json = io::read_json(golden("model_io/tiny_tied.json"))["cases"]["video"];
    const SafetensorsFile inputs(golden("model_io/tiny_tied.inputs.safetensors"));
    const auto ids = inputs.tensor("video.input_ids").squeeze(0);
    const auto length = json["num_prompt_tokens"].get<int64_t>();
    auto prompt = std::make_shared<processor::ModelInputs>();
    prompt->input_ids = ids.narrow(0, 0, length);
    prompt->position_ids =
        inputs.tensor("video.position_ids.float_max").squeeze(1).narrow(1, 0, length);
    prompt->next_position = prompt->position_ids.max().item<int64_t>() + 1;
    const auto grid = json["video_grid_thw"][0].get<std::vector<int64_t>>();
    const auto features =
        model_->encode_video(inputs.tensor("video.pixel_values_videos_q").to(at::kFloat) / 32.0,
                             at::tensor(grid, at::kLong).view({1, 3}));
    batch_.groups = {{.prompt = prompt,
                      .vision_features = features,
                      .responses = {ids.narrow(0, length, ids.size(0) - length)}}};
  }
};

TEST_P(LoraParity, GivesLogitsLogProbsAndGradientsOfPeft) {
  const auto trained = factors();
  expect_near(logits().detach().narrow(0, 0, 4), expected("logits"), kLogits, "logits");
  const auto ours = log_probs();
  expect_near(ours.detach(), expected("log_probs"), kLogProbs, "log-probs");
  loss().backward();
  for (const auto& [name, factor] : trained) {
    const auto theirs = expected("grad." + name);
    const double relative = ((factor.grad() - theirs).norm() / theirs.norm()).item<double>();
    test::Worst::note("gradients, relative", relative);
    EXPECT_LE(relative, kGradients) << name;
  }
}

TEST_P(LoraParity, TakesTheStepsOfPeft) {
  const auto trained = factors();
  optim::AdamW optimizer(trained, {.weight_decay = 0.0});
  const auto losses = expected("losses");
  for (int64_t step = 0; step < losses.size(0); ++step) {
    const auto value = loss();
    expect_near(value.detach(), losses[step], kLoss, "loss");
    value.backward();
    optimizer.step(kLearningRate);
    optim::clear_gradients(trained);
  }
  expect_near(log_probs().detach(), expected("log_probs_after"), kAfter, "log-probs after");
}

TEST_P(LoraParity, WritesTheFolderAsPeftDid) {
  const test::TemporaryFolder ours;
  model::save_adapter(adapter_, adapter_.pairs->trained, ours.path());
  const SafetensorsFile written(ours.path() / model::kAdapterWeightsFile),
      theirs(folder() / model::kAdapterWeightsFile);
  ASSERT_EQ(written.names(), theirs.names());
  for (const auto& name : theirs.names())
    EXPECT_TRUE(at::equal(written.tensor(name), theirs.tensor(name))) << name;
  const auto our_config = io::read_json(ours.path() / model::kAdapterConfigFile),
             their_config = io::read_json(folder() / model::kAdapterConfigFile);
  for (const auto& [key, value] : our_config.items())
    EXPECT_EQ(value, their_config.value(key, io::Json())) << key;
}

INSTANTIATE_TEST_SUITE_P(Variants, LoraParity, ::testing::ValuesIn(variants()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace vrlt::trainer
