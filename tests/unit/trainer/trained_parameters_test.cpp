#include "trainer/trained_parameters.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"
#include "vrlt/forecast/memory.h"
#include "vrlt/model/model_adapter.h"

namespace vrlt::trainer {
namespace {

class TrainedParameters : public ::testing::TestWithParam<bool> {
 protected:
  TrainedParameters()
      : model_(model::load_model(test::make_tiny_model_folder(folder_.path() / "model"),
                                 {.random_weights = true, .seed = 1})) {
    section_.freeze_vision = GetParam();
  }
  /// What the forecast counts of the model, which it does not open.
  int64_t trained_of_forecast(const model::LoraConfig& lora) const {
    settings::TrainConfig config;
    config.model = section_;
    config.lora = lora;
    return forecast::trained_parameters(forecast::load_of(config),
                                        model::read_model_shape(folder_.path() / "model"));
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<model::VisionLanguageModel> model_;
  settings::ModelSection section_;
};

TEST_P(TrainedParameters, AreAllOrThoseOutsideTheVisionEncoderInTheOrderOfTheModel) {
  const auto trained = which_parameters_train(section_, *model_);
  size_t next = 0;
  for (const auto& [name, tensor] : model_->parameters().entries()) {
    if (GetParam() && model_->is_vision_parameter(name)) continue;
    ASSERT_LT(next, trained.size()) << name;
    EXPECT_EQ(trained[next].first, name);
    EXPECT_EQ(trained[next].second.const_data_ptr(), tensor.const_data_ptr())
        << name << ": the tensor itself";
    ++next;
  }
  EXPECT_EQ(next, trained.size());
}

TEST_P(TrainedParameters, AreAsManyNumbersAsTheShapeOfTheModelTells) {
  int64_t numbers = 0;
  for (const auto& [name, tensor] : which_parameters_train(section_, *model_))
    numbers += tensor.numel();
  EXPECT_EQ(trained_of_forecast({}), numbers);
}

TEST_P(TrainedParameters, TheyAloneRecordGradients) {
  const auto trained = which_parameters_train(section_, *model_);
  record_gradients_of(trained, *model_);
  for (const auto& [name, tensor] : model_->parameters().entries())
    EXPECT_EQ(tensor.requires_grad(), !(GetParam() && model_->is_vision_parameter(name))) << name;
}

TEST_P(TrainedParameters, OfAModelWithAnAdapterAreItsFactors) {
  const model::LoraConfig lora{.rank = 3, .targets = {"k_proj", "o_proj", "down_proj"}};
  model::add_adapter(*model_, lora, "", 1);
  const auto trained = which_parameters_train(section_, *model_);
  int64_t numbers = 0;
  for (const auto& [name, tensor] : trained) {
    EXPECT_NE(name.find(".lora_"), std::string::npos) << name;
    numbers += tensor.numel();
  }
  // 2 layers; k 32 + 16, o 32 + 32, down 48 + 32 at rank 3
  EXPECT_EQ(numbers, 2 * 3 * (48 + 64 + 80));
  EXPECT_EQ(trained_of_forecast(lora), numbers);
  record_gradients_of(trained, *model_);
  for (const auto& [name, tensor] : model_->parameters().entries())
    EXPECT_EQ(tensor.requires_grad(), name.find(".lora_") != std::string::npos) << name;
}

INSTANTIATE_TEST_SUITE_P(Frozen, TrainedParameters, ::testing::Bool());

}  // namespace
}  // namespace vrlt::trainer
