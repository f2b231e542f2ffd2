#pragma once

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <memory>
#include <vector>

#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"
#include "vrlt/model/vision_language_model.h"
#include "vrlt/processor/model_inputs.h"

namespace vrlt::test {

/// Random prompts and responses for the model of tiny_model.h, the same for the same seed.
class TinyPrompts {
 public:
  static constexpr int64_t kTextTokens = 1000, kImageToken = 1012, kVideoToken = 1013;

  explicit TinyPrompts(uint64_t seed) : generator_(at::detail::createCPUGenerator(seed)) {}

  at::Tensor ids(int64_t length) {
    return at::randint(kTextTokens, {length}, generator_, at::kLong);
  }
  at::Tensor normal(at::IntArrayRef shape) {
    return at::empty(shape, at::kFloat).normal_(0.0, 1.0, generator_);
  }

  /// Text of `length` tokens.
  std::shared_ptr<processor::ModelInputs> text(int64_t length) {
    auto prompt = std::make_shared<processor::ModelInputs>();
    prompt->input_ids = ids(length);
    prompt->position_ids = at::arange(length, at::kLong).unsqueeze(0).expand({3, length});
    prompt->next_position = length;
    return prompt;
  }

  /// 3 text tokens, a video of T x H x W patches (whose three axes have different positions),
  /// `after` text tokens.
  std::shared_ptr<processor::ModelInputs> video(int64_t T, int64_t H, int64_t W, int64_t after) {
    auto prompt = std::make_shared<processor::ModelInputs>();
    const int64_t rows = H / 2, columns = W / 2, units = T * rows * columns;
    const auto unit = at::arange(units, at::kLong);
    const auto places =
        at::stack({unit.div(rows * columns, "floor") * 2,
                   unit.div(columns, "floor").remainder(rows), unit.remainder(columns)}) +
        3;
    const int64_t next = places.max().item<int64_t>() + 1;
    prompt->input_ids = at::cat({ids(3), at::full({units}, kVideoToken, at::kLong), ids(after)});
    prompt->position_ids = at::cat({at::arange(3, at::kLong).expand({3, 3}), places,
                                    (at::arange(after, at::kLong) + next).expand({3, after})},
                                   1);
    prompt->next_position = next + after;
    prompt->pixel_values_videos = normal({T * H * W, 1176});
    prompt->video_grid_thw = at::tensor({T, H, W}, at::kLong).view({1, 3});
    return prompt;
  }

 private:
  at::Generator generator_;
};

/// The model of make_tiny_model_folder with random weights.
inline std::unique_ptr<model::VisionLanguageModel> tiny_model(bool tied = true) {
  const TemporaryFolder folder;
  return model::load_model(make_tiny_model_folder(folder.path(), {{"tie_word_embeddings", tied}}),
                           {.random_weights = true, .seed = 5});
}

/// The group of a prompt, its video encoded.
inline model::PromptGroup make_group(model::VisionLanguageModel& model,
                                     std::shared_ptr<const processor::ModelInputs> prompt,
                                     std::vector<at::Tensor> responses) {
  model::PromptGroup group{.prompt = prompt, .responses = std::move(responses)};
  if (prompt->pixel_values_videos.defined())
    group.vision_features = model.encode_video(prompt->pixel_values_videos, prompt->video_grid_thw);
  return group;
}

}  // namespace vrlt::test
