// What GroupBatch promises: packing groups changes nothing but the work done.

#include "vrlt/model/group_batch.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <map>

#include "model/decoder_model.h"
#include "tests/support/tiny_family.h"
#include "tests/support/tiny_prompts.h"
#include "tests/support/worst.h"
#include "vrlt/core/error.h"
#include "vrlt/model/model_adapter.h"

namespace vrlt::model {
namespace {

using test::make_group;
using test::tiny_model;
using test::TinyPrompts;

struct Shape {
  int64_t prompt_length;  ///< Of text; for a video prompt, of the text after it.
  bool video;
  std::vector<int64_t> response_lengths;
};

struct Case {
  test::TinyFamily family;
  std::string name;
  bool tied;
  std::vector<Shape> groups;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.family.name << " " << c.name; }

struct Prompt {
  std::shared_ptr<const processor::ModelInputs> inputs;
  std::vector<at::Tensor> responses;
};

std::vector<Prompt> make_prompts(const Case& c, TinyPrompts& random) {
  std::vector<Prompt> prompts;
  for (const auto& shape : c.groups) {
    Prompt prompt;
    if (shape.video)
      prompt.inputs = video_of(c.family, random, 2, 6, 10, shape.prompt_length);
    else
      prompt.inputs = random.text(shape.prompt_length);
    for (const int64_t length : shape.response_lengths) {
      prompt.responses.push_back(random.ids(length));
      prompt.responses.back()[0] = TinyPrompts::kVideoToken;  // plain text in a response
    }
    prompts.push_back(std::move(prompt));
  }
  return prompts;
}

at::Tensor log_probs_of(const at::Tensor& hidden, const at::Tensor& head, const at::Tensor& ids) {
  return at::log_softmax(at::linear(hidden, head), -1).gather(-1, ids.unsqueeze(-1)).squeeze(-1);
}

/// The reference: one row `[prompt | response]`, causal from end to end, with a video encoded for
/// it alone.
at::Tensor row_log_probs(const Case& c, DecoderModel& model, const Prompt& prompt,
                         const at::Tensor& response) {
  const int64_t P = prompt.inputs->input_ids.size(0), R = response.size(0);
  const auto text = at::embedding(
      model.parameters().at(concat(c.family.text_prefix, "embed_tokens.weight")), response);
  const auto embedded = model.embed(make_group(model, prompt.inputs, {}));
  const auto embeddings = at::cat({embedded.embeddings, text});
  const auto positions =
      at::cat({prompt.inputs->position_ids,
               (at::arange(R, at::kLong) + prompt.inputs->next_position).expand({3, R})},
              1);
  const auto hidden = model.text_decoder().forward(
      embeddings, positions, {{.prompt_length = P + R}}, {.rows = {}, .levels = embedded.levels});
  return log_probs_of(hidden.narrow(0, P - 1, R), model.head_weight(), response);
}

std::map<std::string, at::Tensor> take_gradients(VisionLanguageModel& model) {
  std::map<std::string, at::Tensor> gradients;
  for (const auto& [name, tensor] : model.parameters().entries()) {
    gradients[name] = tensor.grad().defined() ? tensor.grad().clone() : at::zeros_like(tensor);
    tensor.mutable_grad() = at::Tensor();
  }
  return gradients;
}

struct Tolerance {
  double log_probs, gradients;  ///< Absolute; relative, of norms.
};

/// @param with_adapter  the model has one, which alone is trained.
void expect_equal_to_rows(const Case& c, at::ScalarType dtype, const Tolerance& tolerance,
                          bool with_adapter = false) {
  const test::TemporaryFolder folder;
  const auto model = load_model(
      make_tiny_family_folder(c.family, folder.path(), {{"tie_word_embeddings", c.tied}}),
      {.dtype = dtype, .random_weights = true, .seed = 5});
  TinyPrompts random(11);
  if (with_adapter)
    for (const auto& [a, b] : add_adapter(*model, {.rank = 3}, "", 7).pairs->trained)
      b.copy_(0.01 * random.normal(b.sizes()));
  const auto is_trained = [&](const std::string& name) {
    return !with_adapter || name.find(".lora_") != std::string::npos;
  };
  for (const auto& [name, tensor] : model->parameters().entries())
    tensor.set_requires_grad(is_trained(name));
  const auto prompts = make_prompts(c, random);

  GroupBatch batch;
  for (const auto& prompt : prompts)
    batch.groups.push_back(make_group(*model, prompt.inputs, prompt.responses));
  const auto weights = random.normal({batch.num_response_tokens()});
  const auto packed =
      log_probs_of(model->response_hidden(batch), model->head_weight(), batch.response_ids());
  ASSERT_EQ(packed.size(0), weights.size(0));
  (packed * weights).sum().backward();
  const auto packed_gradients = take_gradients(*model);

  std::vector<at::Tensor> rows;
  int64_t begin = 0;
  for (const auto& prompt : prompts)
    for (const auto& response : prompt.responses) {
      const auto row = row_log_probs(c, dynamic_cast<DecoderModel&>(*model), prompt, response);
      (row * weights.narrow(0, begin, row.size(0))).sum().backward();
      begin += row.size(0);
      rows.push_back(row.detach());
    }
  const auto row_gradients = take_gradients(*model);

  const double difference = (packed.detach() - at::cat(rows)).abs().max().item<double>();
  test::Worst::note(concat("log-probs, ", dtype), difference);
  EXPECT_LE(difference, tolerance.log_probs);
  const bool has_video =
      std::any_of(c.groups.begin(), c.groups.end(), [](const Shape& shape) { return shape.video; });
  for (const auto& [name, gradient] : packed_gradients) {
    const double size = row_gradients.at(name).norm().item<double>();
    if (!is_trained(name) || (!has_video && model->is_vision_parameter(name))) {
      EXPECT_EQ(gradient.norm().item<double>() + size, 0.0) << name;
      continue;
    }
    ASSERT_GT(size, 0.0) << name;
    const double relative = (gradient - row_gradients.at(name)).norm().item<double>() / size;
    test::Worst::note(concat("gradients, relative, ", dtype), relative);
    EXPECT_LE(relative, tolerance.gradients) << name << " of size " << size;
  }
}

class GroupBatchEqualsRows : public ::testing::TestWithParam<Case> {};

// Float32 sums of some hundred terms, log-probs of size 10; the rows' gradients are added in
// another order.
TEST_P(GroupBatchEqualsRows, InLogProbsAndEveryGradient) {
  expect_equal_to_rows(GetParam(), at::kFloat, {1e-5, 1e-4});
}

TEST_P(GroupBatchEqualsRows, InFloat64) {
  expect_equal_to_rows(GetParam(), at::kDouble, {1e-11, 1e-10});
}

TEST_P(GroupBatchEqualsRows, WithAnAdapter) {
  expect_equal_to_rows(GetParam(), at::kDouble, {1e-11, 1e-10}, /*with_adapter=*/true);
}

std::vector<Case> cases() {
  const std::vector<std::pair<std::string, std::vector<Shape>>> layouts = {
      {"text_1_response", {{7, false, {5}}}},
      {"text_2_responses", {{12, false, {5, 3}}}},
      {"text_8_equal_responses", {{3, false, {4, 4, 4, 4, 4, 4, 4, 4}}}},
      {"video_1_response", {{4, true, {6}}}},
      {"video_2_responses", {{4, true, {2, 9}}}},
      {"video_8_unequal_responses", {{4, true, {6, 1, 9, 4, 1, 12, 2, 1}}}},
      {"video_responses_of_one_token", {{2, true, {1, 1, 1}}}},
      {"several_groups",
       {{5, true, {1, 1}},
        {2, false, {8, 2, 3}},
        {1, true, {4}},
        {1, false, {2, 7}},
        {20, false, {1}}}},
  };
  std::vector<Case> all;
  for (const auto& family : test::kTinyFamilies)
    for (const bool tied : {true, false})
      for (const auto& [name, groups] : layouts)
        all.push_back({family, name + (tied ? "_tied" : "_untied"), tied, groups});
  return all;
}

INSTANTIATE_TEST_SUITE_P(Layouts, GroupBatchEqualsRows, ::testing::ValuesIn(cases()),
                         [](const auto& info) {
                           return info.param.family.name + ("_" + info.param.name);
                         });

TEST(PromptGroup, FeaturesMustMatchThePads) {
  const at::NoGradGuard no_grad;
  const auto model = tiny_model();
  TinyPrompts random(15);
  const auto video = random.video(1, 4, 4, 2);  // 4 merged units
  auto group = make_group(*model, video, {random.ids(2)});
  EXPECT_NO_THROW(model->response_hidden({{group}}));
  auto too_many = group;
  too_many.vision_features = at::cat({group.vision_features, group.vision_features});
  EXPECT_THROW(model->response_hidden({{too_many}}), DataError);
  group.vision_features = group.vision_features.narrow(0, 0, 3);
  EXPECT_THROW(model->response_hidden({{group}}), DataError);
  group.vision_features = at::Tensor();
  EXPECT_THROW(model->response_hidden({{group}}), DataError);

  // The same pads as an image give the same states: the kind of pad is gone once its row is
  // replaced.
  auto as_image = std::make_shared<processor::ModelInputs>(*video);
  as_image->input_ids =
      at::where(video->input_ids == TinyPrompts::kVideoToken,
                at::full({}, TinyPrompts::kImageToken, at::kLong), video->input_ids);
  const auto features = model->encode_video(video->pixel_values_videos, video->video_grid_thw);
  const auto responses = std::vector<at::Tensor>{random.ids(3)};
  const PromptGroup of_video{.prompt = video, .vision_features = features, .responses = responses};
  const PromptGroup of_image{
      .prompt = as_image, .vision_features = features, .responses = responses};
  EXPECT_TRUE(
      at::equal(model->response_hidden({{of_video}}), model->response_hidden({{of_image}})));
}

TEST(PromptGroup, AnEmptyResponseIsRefused) {
  const auto model = tiny_model();
  TinyPrompts random(17);
  EXPECT_THROW(model->response_hidden({{make_group(*model, random.text(3),
                                                   {random.ids(2), at::empty({0}, at::kLong)})}}),
               ContractError);
}

TEST(EncodeVideo, SeveralItemsInOneCallEqualSeparateCalls) {
  const at::NoGradGuard no_grad;
  const auto model = tiny_model();
  TinyPrompts random(16);
  const auto first = random.video(2, 6, 10, 1), second = random.video(1, 4, 2, 1);
  const auto together =
      model->encode_video(at::cat({first->pixel_values_videos, second->pixel_values_videos}),
                          at::cat({first->video_grid_thw, second->video_grid_thw}));
  const auto apart =
      at::cat({model->encode_video(first->pixel_values_videos, first->video_grid_thw),
               model->encode_video(second->pixel_values_videos, second->video_grid_thw)});
  EXPECT_TRUE(at::allclose(together, apart, 0, 1e-5));
}

TEST(EncodeVideo, RefusesAGridThatDoesNotFit) {
  const at::NoGradGuard no_grad;
  const auto model = tiny_model();
  const auto grid = [](int64_t T, int64_t H, int64_t W) {
    return at::tensor({T, H, W}, at::kLong).view({1, 3});
  };
  EXPECT_THROW(model->encode_video(at::zeros({15, 1176}), grid(1, 3, 5)), DataError);
  EXPECT_THROW(model->encode_video(at::zeros({16, 1176}), grid(0, 4, 4)), DataError);
  EXPECT_THROW(model->encode_video(at::zeros({12, 1176}), grid(1, 4, 4)), ContractError);
}

}  // namespace
}  // namespace vrlt::model
