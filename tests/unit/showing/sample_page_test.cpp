#include "showing/sample_page.h"

#include <ATen/ops/full.h>
#include <gmock/gmock.h>

#include "showing/terminal.h"

namespace vrlt::showing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// A grounded question about a clip of so many frames, half a second apart, with the truth from 0.5
/// to 1 s.
ShownSample shown_sample(int64_t num_frames) {
  data::Sample sample{.id = "my/1", .task = data::Task::kGroundedQa};
  sample.video = "v.mp4";
  sample.question = "What <b>\x1b[31m?";
  sample.options = {"red", "blue"};
  sample.answer_option = 1;
  sample.segments = {{0.5, 1.0}};
  ShownSample shown{.sample = std::move(sample), .prompt = &data::find_prompt("auto_answer")};
  shown.tokens = {{.id = 7, .text = "<|vision_start|>"},
                  {.id = 9, .count = 64, .text = "<|video_pad|>"},
                  {.id = 3, .text = "What\n"},
                  {.id = 4, .text = "<b>"}};
  shown.num_tokens = 67;
  shown.num_vision_tokens = 64;
  video::Clip clip{.frames = at::full({num_frames, 3, 28, 56}, 200, at::kByte),
                   .sample_fps = 2.0,
                   .duration_seconds = 0.5 * static_cast<double>(num_frames)};
  for (int64_t i = 0; i < num_frames; ++i) {
    clip.frame_seconds.push_back(0.5 * static_cast<double>(i));
    clip.file_frames.push_back(12 * i);
  }
  shown.clip = std::move(clip);
  shown.target_name = "answer";
  shown.target = {{.id = 5, .text = "B"}, {.id = 1, .text = "<|im_end|>"}};
  shown.ideal = "<answer>B, 0.5 to 1.0</answer>";
  shown.rewards = {{.name = "grounded_qa",
                    .help = "option and span",
                    .weight = 0.5,
                    .reads = true,
                    .output = {.value = 1.0, .read = "B"}},
                   {.name = "choice", .help = "the right option", .reads = false}};
  shown.total = 0.5;
  shown.strict = {{"accuracy", 1.0}};
  return shown;
}

size_t count_of(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(ShownOnTheTerminal, SaysWhatTheModelSees) {
  const auto text = to_text(shown_sample(4), /*lists_tokens=*/false);
  EXPECT_THAT(text, HasSubstr("my/1  (gqa)\n"));
  EXPECT_THAT(text, HasSubstr("What <b>\\u001b[31m?")) << "a terminal does not obey a question";
  EXPECT_THAT(text, HasSubstr("B. blue  <- right"));
  EXPECT_THAT(text, HasSubstr("truth      B. blue, 0.5 to 1 s"));
  EXPECT_THAT(text, HasSubstr("4 frames of 56 x 28 pixels, 2 a second of a clip of 2.000 s"));
  EXPECT_THAT(text, HasSubstr("     2      0.500 s *  frame 12 of the file"));
  EXPECT_THAT(text, HasSubstr("     4      1.500 s    frame 36 of the file"));
  EXPECT_THAT(text, HasSubstr("67 tokens, 3 of text and 64 of vision"));
  EXPECT_THAT(text, HasSubstr("  | <|vision_start|><|video_pad|>(x 64)What\n  | <b>\n"));
  EXPECT_THAT(text, HasSubstr("(sft.target: answer): 2 tokens\n  | B<|im_end|>\n"));
  EXPECT_THAT(text, HasSubstr("grounded_qa               x 0.5   1.000  read \"B\""));
  EXPECT_THAT(text, HasSubstr("choice                    x 1     does not read this sample"));
  EXPECT_THAT(text, HasSubstr("strict evaluation: accuracy 1.000"));
  EXPECT_THAT(text, Not(HasSubstr("\"What\\n\"")));
  EXPECT_THAT(to_text(shown_sample(4), /*lists_tokens=*/true),
              AllOf(HasSubstr("  3       \"What\\n\"\n"),
                    HasSubstr("  9       x 64  \"<|video_pad|>\"\n")));
}

TEST(ShownAsAPage, HasFramesTokensAndEscapedText) {
  const auto page = to_page(shown_sample(4));
  EXPECT_EQ(count_of(page, "data:image/jpeg;base64,/9j/"), 4u);
  EXPECT_EQ(count_of(page, "<figure class=\"marked\">"), 2u) << "0.5 and 1.0 s are in the truth";
  EXPECT_THAT(page, HasSubstr("What &lt;b&gt;"));
  EXPECT_THAT(page, HasSubstr("<span class=\"special\" title=\"9\">&lt;|video_pad|&gt;</span>"
                              "<i>× 64</i>"));
  EXPECT_THAT(page, HasSubstr("<b class=\"right\">B. blue</b>"));
  EXPECT_THAT(page, AllOf(Not(HasSubstr("http://")), Not(HasSubstr("https://"))));
}

TEST(ShownAsAPage, ALongClipIsDrawnInPartAndSaysSo) {
  const auto page = to_page(shown_sample(200));
  EXPECT_EQ(count_of(page, "<figure"), kMostFrames);
  EXPECT_THAT(page, HasSubstr("200 frames of 56 × 28 pixels"));
  EXPECT_THAT(page, HasSubstr("; 96 of them are drawn"));
}

TEST(ShownSampleTest, WhatCannotBeLearntSaysWhy) {
  auto shown = shown_sample(1);
  shown.target.clear();
  shown.target_problem = "my/1: no label";
  shown.ideal.clear();
  EXPECT_THAT(to_text(shown, false), AllOf(HasSubstr("nothing to learn here: my/1: no label"),
                                           HasSubstr("there is no ideal answer to try")));
  EXPECT_THAT(to_page(shown), HasSubstr("nothing can be learnt here: my/1: no label"));
}

}  // namespace
}  // namespace vrlt::showing
