// What is not the family's own works with any prompt format: here one that tells times as text
// before each slice of a clip.
#include "vrlt/processor/prompt_format.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_task.h"
#include "vrlt/processor/prompt_loader.h"
#include "vrlt/processor/prompt_plan.h"

namespace vrlt::processor {
namespace {

constexpr int64_t kPad = 7, kMark = 8;

/// A mark for every second of a slice's first frame and one more, then its pads; a text is as many
/// zeros as it has letters.
class MarkingFormat final : public PromptFormat {
 public:
  explicit MarkingFormat(const std::filesystem::path& tokenizer)
      : tokenizer_(tokenizer::load_tokenizer(tokenizer)) {}

  const VisionGeometry& geometry() const override { return geometry_; }
  const tokenizer::Tokenizer& tokenizer() const override { return *tokenizer_; }

  PromptText lay_out(const Conversation& conversation) const override {
    std::vector<int64_t> ids;
    for (const auto& part : conversation.parts) {
      ids.insert(ids.end(), part.text.size(), 0);
      for (int64_t slice = 0; slice < part.grid.slices; ++slice) {
        if (part.kind == PromptPart::Kind::kClip)
          ids.insert(ids.end(), marks(part.times, slice), kMark);
        ids.insert(
            ids.end(),
            static_cast<size_t>(part.grid.patches() / part.grid.slices / geometry_.merge_area()),
            kPad);
      }
    }
    return {"marked", at::tensor(ids, at::kLong)};
  }

  Positions positions(const at::Tensor& input_ids, const Conversation&) const override {
    return {at::arange(input_ids.size(0), at::kLong).expand({3, -1}), input_ids.size(0)};
  }

  std::vector<int64_t> never_sampled() const override { return {kPad, kMark}; }

 private:
  size_t marks(const ClipTimes& times, int64_t slice) const {
    const auto first = static_cast<size_t>(slice * geometry_.temporal_patch);
    EXPECT_EQ(times.frame_seconds.size(), times.file_frames.size());
    EXPECT_DOUBLE_EQ(times.frame_seconds.at(first),
                     static_cast<double>(times.file_frames.at(first)) / times.file_fps);
    return static_cast<size_t>(times.frame_seconds.at(first)) + 1;
  }

  std::unique_ptr<tokenizer::Tokenizer> tokenizer_;
  VisionGeometry geometry_{.patch_size = 16, .temporal_patch = 2, .merge_size = 2};
};

class AnyFormat : public ::testing::Test {
 protected:
  test::TemporaryFolder folder_;
  test::TinyTask task_{folder_.path(), 1};
  Processor processor_{std::make_unique<MarkingFormat>(task_.model_folder())};
  // Frames of at most 64 x 64: two patches of 16 merged on each side are 32, so that sides of 56
  // become 64.
  MediaOptions media_{.video = {.fps = 2.0, .min_pixels = 64 * 64, .max_pixels = 64.0 * 64},
                      .image = {}};
};

TEST_F(AnyFormat, PartsComeInOrderWithTheirTimes) {
  PromptLoader loader(processor_, media_, task_.data_root(), "auto_think", 1 << 20);
  const auto inputs = loader.load(task_.samples()[0]);
  // 2 s at 2 frames a second are 4 frames and 2 slices of 4 x 4 patches, 4 tokens each. The slices
  // begin before 1 s and at 1 s or later.
  EXPECT_EQ(inputs->pixel_values_videos.sizes(), (at::IntArrayRef{32, 3 * 2 * 16 * 16}));
  const auto ids = inputs->input_ids.narrow(0, 0, 1 + 4 + 2 + 4);
  EXPECT_TRUE(at::equal(
      ids,
      at::tensor({kMark, kPad, kPad, kPad, kPad, kMark, kMark, kPad, kPad, kPad, kPad}, at::kLong)))
      << ids;
  EXPECT_EQ(inputs->text, "marked");
  EXPECT_EQ(inputs->next_position, inputs->input_ids.size(0));
  EXPECT_THAT(processor_.never_sampled(), ::testing::ElementsAre(kPad, kMark));
}

TEST_F(AnyFormat, APlanIsWhatIsLoaded) {
  PromptLoader loader(processor_, media_, task_.data_root(), "auto_think", 1 << 20);
  const auto& sample = task_.samples()[0];
  const PromptPlanner planner{processor_, media_, task_.data_root(),
                              data::find_prompt("auto_think")};
  const auto facts =
      video::read_video_facts(clip_request(sample, task_.data_root(), media_.video).path, {});
  const auto plan = planner(sample, &facts);
  EXPECT_EQ(plan.tokens(), loader.load(sample)->input_ids.size(0));
  EXPECT_EQ(plan.vision_tokens, 8);
  EXPECT_EQ(plan.tokens_per_slice, 4);
}

}  // namespace
}  // namespace vrlt::processor
