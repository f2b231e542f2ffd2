#include "vrlt/processor/processor.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "tests/support/test_folders.h"
#include "tests/support/tiny_task.h"
#include "vrlt/core/error.h"
#include "vrlt/core/random.h"
#include "vrlt/io/files.h"
#include "vrlt/processor/patchify.h"
#include "vrlt/processor/prompt_loader.h"
#include "vrlt/processor/shuffled_frames.h"

namespace vrlt::processor {
namespace {

class ProcessorTest : public ::testing::Test {
 protected:
  static at::Tensor image(int64_t height, int64_t width, int64_t level) {
    return at::full({3, height, width}, level, at::kByte);
  }

  static std::shared_ptr<video::Clip> clip(int64_t frames, int64_t height, int64_t width) {
    auto result = std::make_shared<video::Clip>();
    result->frames = at::full({frames, 3, height, width}, 90, at::kByte);
    for (int64_t i = 0; i < frames; ++i)
      result->frame_seconds.push_back(static_cast<double>(i) / 2.0);
    result->sample_fps = 2.0;
    return result;
  }

  int64_t id(const char* token) const { return processor_.tokenizer().token_to_id(token).value(); }
  int64_t count(const ModelInputs& inputs, int64_t id) const {
    return inputs.input_ids.eq(id).sum().item<int64_t>();
  }

  test::TemporaryFolder folder_;
  test::TinyTask task_{folder_.path(), 1};
  Processor processor_{model::load_prompt_format(task_.model_folder())};
};

TEST_F(ProcessorTest, ImagesComeFirstThenTheVideo) {
  const auto inputs =
      processor_({{image(56, 84, 10), image(28, 56, 20)}, clip(4, 56, 56)}, "", "what ?");
  // patches of 14: 4x6 and 2x4, merged by 2x2: 6 and 2 tokens; 2 steps of 4x4 patches: 8 tokens
  EXPECT_TRUE(
      at::equal(inputs.image_grid_thw, at::tensor({1, 4, 6, 1, 2, 4}, at::kLong).view({2, 3})));
  EXPECT_TRUE(at::equal(inputs.video_grid_thw, at::tensor({2, 4, 4}, at::kLong).view({1, 3})));
  EXPECT_EQ(inputs.pixel_values.sizes(), (at::IntArrayRef{24 + 8, 1176}));
  EXPECT_EQ(inputs.pixel_values_videos.sizes(), (at::IntArrayRef{32, 1176}));
  EXPECT_EQ(inputs.num_patches(), 24 + 8 + 32);
  EXPECT_EQ(count(inputs, id("<|image_pad|>")), 6 + 2);
  EXPECT_EQ(count(inputs, id("<|video_pad|>")), 8);
  EXPECT_EQ(count(inputs, id("<|vision_start|>")), 3);
  EXPECT_LT(inputs.input_ids.eq(id("<|image_pad|>")).nonzero().max().item<int64_t>(),
            inputs.input_ids.eq(id("<|video_pad|>")).nonzero().min().item<int64_t>());
  // The rows of the second image follow those of the first: 20/255 normalised differs from 10/255.
  at::Tensor grid;
  EXPECT_TRUE(at::equal(inputs.pixel_values.narrow(0, 24, 8),
                        patchify(image(28, 56, 20).unsqueeze(0), processor_.geometry(), &grid)));
}

TEST_F(ProcessorTest, PositionsOfAnImageSpanItsSides) {
  const auto inputs = processor_({{image(56, 84, 10)}, nullptr}, "", "what ?");
  const auto first = inputs.input_ids.eq(id("<|image_pad|>")).nonzero().min().item<int64_t>();
  // merged 2 x 3: time stands still, rows 0 0 0 1 1 1, columns 0 1 2 0 1 2; the text goes on after
  // the longer side, 3
  const auto offset = inputs.position_ids.narrow(1, first, 7) - first;
  EXPECT_TRUE(at::equal(offset[0], at::tensor({0, 0, 0, 0, 0, 0, 3}, at::kLong)));
  EXPECT_TRUE(at::equal(offset[1], at::tensor({0, 0, 0, 1, 1, 1, 3}, at::kLong)));
  EXPECT_TRUE(at::equal(offset[2], at::tensor({0, 1, 2, 0, 1, 2, 3}, at::kLong)));
  EXPECT_EQ(inputs.next_position, inputs.position_ids.max().item<int64_t>() + 1);
  EXPECT_FALSE(inputs.pixel_values_videos.defined());
  EXPECT_EQ(inputs.num_frames, 0);
}

// Shuffled patches are those of shuffled frames, whether the last frame had to be doubled or not.
TEST_F(ProcessorTest, ShuffledFramesAreThoseOfAShuffledClip) {
  for (const int64_t num_frames : {6, 5}) {
    auto ordered = clip(num_frames, 56, 84);
    ordered->frames = at::randint(0, 256, {num_frames, 3, 56, 84}, at::kByte);
    const auto inputs = processor_({{}, ordered}, "", "what ?");
    const auto shuffled = with_shuffled_frames(inputs, processor_.geometry(), 3, 4);
    auto reference = std::make_shared<video::Clip>(*ordered);
    reference->frames = ordered->frames.index_select(
        0, at::tensor(random_permutation(num_frames, 3, 4), at::kLong));
    EXPECT_TRUE(at::equal(shuffled.pixel_values_videos,
                          processor_({{}, reference}, "", "what ?").pixel_values_videos));
    EXPECT_FALSE(at::equal(shuffled.pixel_values_videos, inputs.pixel_values_videos));
    EXPECT_TRUE(at::equal(shuffled.position_ids, inputs.position_ids))
        << "the clock goes on as before";
    EXPECT_EQ(shuffled.frame_seconds, inputs.frame_seconds);
  }
}

TEST_F(ProcessorTest, PadsInTheTextAreRefused) {
  EXPECT_THROW(processor_({{}, clip(2, 28, 28)}, "", "see <|image_pad|>"), DataError);
  EXPECT_THROW(processor_({{}, clip(2, 28, 28)}, "<|video_pad|>", "what ?"), DataError);
}

// The model goes on from the prefix: its tokens are the last of the prompt.
TEST_F(ProcessorTest, AnAnswerCanBeBegun) {
  const auto plain = processor_({{}, clip(2, 28, 28)}, "", "what ?"),
             begun = processor_({{}, clip(2, 28, 28)}, "", "what ?", "0.5 to");
  EXPECT_EQ(begun.text, plain.text + "0.5 to");
  EXPECT_TRUE(begun.text.ends_with("<|im_start|>assistant\n0.5 to"));
  ASSERT_GT(begun.input_ids.numel(), plain.input_ids.numel());
  EXPECT_EQ(begun.next_position - plain.next_position,
            begun.input_ids.numel() - plain.input_ids.numel());
}

// The clip has 8 frames at 4 per second: 2 s. A cue of the first half second is at frames 0 and 1,
// one of the last quarter at frame 7, one from 0.75 to 1 s at frame 3.
TEST_F(ProcessorTest, TheLoaderShowsTheSubtitlesAtSomeFrames) {
  const auto cue = [](const char* times, const char* text) {
    return std::string("1\n") + times + "\n<font color=\"white\" size=\".72c\">" + text +
           "</font>\n\n";
  };
  io::write_file_atomic(folder_.path() / "a.srt",
                        cue("00:00:00,000 --> 00:00:00,500", "first") +
                            cue("00:00:00,750 --> 00:00:01,000", "middle") +
                            cue("00:00:01,750 --> 00:00:02,000", "last"));
  const io::Json record = {{"schema", "vs/1"},      {"id", "s"},
                           {"task", "mcq"},         {"video", "clip0.mp4"},
                           {"question", "which ?"}, {"options", {"x", "y"}},
                           {"subtitles", "a.srt"},  {"answer", 0}};
  const auto text_of = [&](const io::Json& line, int64_t frames) {
    auto options = test::TinyTask::media_options();
    options.subtitle_frames = frames;
    return PromptLoader(processor_, options, task_.data_root(), "p_vmme_off_sub", 1 << 20)
        .load(data::parse_sample(line, "r:1"))
        ->text;
  };
  const auto shows = [](const std::string& subtitles) {
    return testing::HasSubstr("listed below:\n" + subtitles + "\nSelect the best");
  };
  EXPECT_THAT(text_of(record, 2), shows("first\nlast"));
  EXPECT_THAT(text_of(record, -1), shows("first\nmiddle\nlast"));
  // 2 frames per second of 2 s: linspace(0, 7, 4) = 0 2.33 4.67 7: frames 0 2 5 7
  EXPECT_THAT(text_of(record, 0), shows("first\nlast"));
  auto without = record;
  without.erase("subtitles");
  EXPECT_THAT(text_of(without, 2), shows("No subtitles available"));
  auto lost = record;
  lost["subtitles"] = "none.srt";
  EXPECT_THROW(text_of(lost, 2), MissingInputError);
  lost["subtitles"] = "../a.srt";
  EXPECT_THROW(text_of(lost, 2), DataError);
  io::write_file_atomic(folder_.path() / "a.srt",
                        cue("00:00:00,000 --> 00:00:00,500", "<|video_pad|>"));
  EXPECT_THROW(text_of(record, 2), DataError) << "a pad in the subtitles stands for no video";
}

TEST_F(ProcessorTest, TheLoaderReadsTheImagesOfASample) {
  std::filesystem::copy(test::tests_dir() / "unit/video/images/jpeg_420.jpg",
                        folder_.path() / "a.jpg");
  io::Json record = {{"schema", "vs/1"},      {"id", "mixed"},
                     {"task", "mcq"},         {"images", {"a.jpg", "a.jpg"}},
                     {"video", "clip0.mp4"},  {"question", "which ?"},
                     {"options", {"x", "y"}}, {"answer", 0}};
  PromptLoader loader(processor_, test::TinyTask::media_options(), task_.data_root(), "auto_short",
                      1 << 20);
  const auto mixed = loader.load(data::parse_sample(record, "r:1"));
  EXPECT_EQ(mixed->image_grid_thw.size(0), 2);
  EXPECT_EQ(mixed->video_grid_thw.size(0), 1);
  record.erase("video");
  const auto images_only = loader.load(data::parse_sample(record, "r:1"));
  EXPECT_TRUE(at::equal(images_only->pixel_values, mixed->pixel_values));
  EXPECT_FALSE(images_only->video_grid_thw.defined());
  record["images"] = {"missing.jpg"};
  EXPECT_THROW(loader.load(data::parse_sample(record, "r:1")), MissingInputError);
  record["images"] = {"../a.jpg"};
  EXPECT_THROW(loader.load(data::parse_sample(record, "r:1")), DataError);
}

}  // namespace
}  // namespace vrlt::processor
