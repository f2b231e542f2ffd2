#include "vrlt/model/vision_features.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <array>

#include "tests/support/tiny_prompts.h"

namespace vrlt::model {
namespace {

using test::TinyPrompts;

/// A prompt of which only the pictures matter.
std::shared_ptr<const processor::ModelInputs> pictures(
    TinyPrompts& random, const std::vector<std::array<int64_t, 2>>& images,
    std::optional<std::array<int64_t, 3>> video) {
  processor::ModelInputs inputs;
  std::vector<at::Tensor> pixels, grids;
  for (const auto& [H, W] : images) {
    const auto as_video = random.video(1, H, W, 1);
    pixels.push_back(as_video->pixel_values_videos);
    grids.push_back(as_video->video_grid_thw);
  }
  if (!images.empty()) {
    inputs.pixel_values = at::cat(pixels);
    inputs.image_grid_thw = at::cat(grids);
  }
  if (video) {
    const auto as_video = random.video((*video)[0], (*video)[1], (*video)[2], 1);
    inputs.pixel_values_videos = as_video->pixel_values_videos;
    inputs.video_grid_thw = as_video->video_grid_thw;
  }
  return std::make_shared<processor::ModelInputs>(std::move(inputs));
}

TEST(EncodeVideos, ImagesComeBeforeTheVideoAndPromptsDoNotMix) {
  const at::NoGradGuard no_grad;
  const auto model = test::tiny_model();
  TinyPrompts random(21);
  const std::vector<std::shared_ptr<const processor::ModelInputs>> prompts = {
      pictures(random, {{4, 6}, {2, 4}}, std::array<int64_t, 3>{2, 4, 4}),
      pictures(random, {}, {}),
      pictures(random, {{2, 2}}, {}),
      pictures(random, {}, std::array<int64_t, 3>{1, 2, 6}),
  };
  const auto together = encode_vision(*model, prompts);
  EXPECT_FALSE(together[1].defined());
  const auto& first = *prompts[0];
  const std::vector<at::Tensor> parts = {
      model->encode_video(first.pixel_values, first.image_grid_thw),
      model->encode_video(first.pixel_values_videos, first.video_grid_thw)};
  EXPECT_TRUE(at::allclose(together[0], at::cat(parts), 0, 1e-5));
  EXPECT_TRUE(at::allclose(
      together[2], model->encode_video(prompts[2]->pixel_values, prompts[2]->image_grid_thw), 0,
      1e-5));
  EXPECT_TRUE(at::allclose(
      together[3], model->encode_video(prompts[3]->pixel_values_videos, prompts[3]->video_grid_thw),
      0, 1e-5));
}

}  // namespace
}  // namespace vrlt::model
