#include "vrlt/video/clip_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/test_folders.h"
#include "vrlt/core/error.h"
#include "vrlt/video/clip.h"

namespace vrlt::video {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr ImageSize kSource = {56, 84};

/// Frames at one rate.
VideoFacts steady(int64_t num_frames, double fps) {
  VideoFacts facts{.num_frames = num_frames,
                   .average_fps = fps,
                   .height = kSource.height,
                   .width = kSource.width};
  for (int64_t i = 0; i < num_frames; ++i)
    facts.frame_seconds.push_back(static_cast<double>(i) / fps);
  facts.duration_seconds = static_cast<double>(num_frames) / fps;
  return facts;
}

/// 18 frames a second for 30 s, then one for each 6 s to the end of the minute: 545 frames, 9.08 a
/// second on average.
VideoFacts slowing_down() {
  VideoFacts facts = steady(540, 18.0);
  for (const double seconds : {30.0, 36.0, 42.0, 48.0, 54.0})
    facts.frame_seconds.push_back(seconds);
  facts.num_frames = 545;
  facts.duration_seconds = 60.0;
  facts.average_fps = 545.0 / 60.0;
  return facts;
}

std::string reason_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const DataError& error) {
    return error.what();
  }
  return "no DataError";
}

TEST(ByTime, TakesWhatIsOnTheScreenAtEqualInstants) {
  const auto facts = slowing_down();
  const auto plan = plan_clip(facts, {.sampler = "by_time", .fps = 0.25, .min_frames = 2});
  // 60 s at a quarter frame a second: 15, to an even number 14, one for each 60 / 14 = 4.2857 s.
  ASSERT_EQ(plan.selection.indices.size(), 14u);
  EXPECT_DOUBLE_EQ(plan.selection.sample_fps, 14.0 / 60.0);
  for (size_t k = 0; k < 14; ++k) {
    const double instant = static_cast<double>(k) * 60.0 / 14.0;
    EXPECT_DOUBLE_EQ(plan.selection.seconds[k], instant);
    const auto index = static_cast<size_t>(plan.selection.indices[k]);
    EXPECT_LE(facts.frame_seconds[index], instant + 1e-3);
    if (index + 1 < facts.frame_seconds.size()) {
      EXPECT_GT(facts.frame_seconds[index + 1], instant);
    }
  }
  EXPECT_EQ(plan.selection.indices[7], 540);   // at 30 s
  EXPECT_EQ(plan.selection.indices[13], 544);  // at 55.7 s
  EXPECT_THAT(plan.notes, IsEmpty());
}

// Positions are made of 2 / sample_fps seconds for two frames, and the seconds that are told are
// `seconds`: one and the same.
TEST(ByTime, SecondsAndPositionsAgree) {
  for (const double fps : {0.5, 1.0, 2.0, 7.3}) {
    const auto plan =
        plan_clip(slowing_down(), {.sampler = "by_time", .fps = fps, .max_frames = 60}, 20.0, 50.0);
    EXPECT_DOUBLE_EQ(plan.duration_seconds, 30.0);
    for (size_t k = 0; k < plan.selection.seconds.size(); ++k)
      EXPECT_NEAR(plan.selection.seconds[k] - 20.0,
                  static_cast<double>(k) / plan.selection.sample_fps, 1e-9);
  }
}

TEST(ByTime, OfASteadyVideoIsEveryNthFrame) {
  const auto plan = plan_clip(steady(300, 30.0), {.sampler = "by_time"});
  ASSERT_EQ(plan.selection.indices.size(), 20u);  // 10 s at 2 a second
  for (int64_t k = 0; k < 20; ++k)
    EXPECT_EQ(plan.selection.indices[static_cast<size_t>(k)], 15 * k);
  EXPECT_DOUBLE_EQ(plan.selection.sample_fps, 2.0);
}

TEST(ByTime, AShortOrSlowClipRepeatsFrames) {
  EXPECT_THAT(plan_clip(steady(2, 1.0), {.sampler = "by_time"}).selection.indices,
              ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(plan_clip(steady(1, 30.0), {.sampler = "by_time", .num_frames = 2}).selection.indices,
              ElementsAre(0, 0));
  EXPECT_THAT(reason_of([] { plan_clip(steady(300, 30.0), {.sampler = "by_time"}, 11.0, 12.0); }),
              HasSubstr("[too_few_frames]"));
}

TEST(TimingDifference, IsZeroAtOneRate) {
  const auto plan = plan_clip(steady(301, 29.97), {});
  EXPECT_LT(plan.timing.seconds, 1e-9);
  EXPECT_FALSE(plan.timing.matters());
  EXPECT_THAT(plan.notes, IsEmpty());
}

TEST(TimingDifference, OfAChangingRateIsSaid) {
  const auto plan = plan_clip(slowing_down(), {});
  // Frame 540 is shown at 30 s; 540 / (545 / 60) = 59.45 s.
  EXPECT_EQ(plan.timing.frame, 540);
  EXPECT_NEAR(plan.timing.seconds, 540.0 * 60.0 / 545.0 - 30.0, 1e-9);
  EXPECT_NEAR(plan.timing.half_step, 0.5 / plan.selection.sample_fps, 1e-12);
  EXPECT_TRUE(plan.timing.matters());
  EXPECT_THAT(plan.notes,
              ElementsAre(Field(&ClipNote::text,
                                AllOf(HasSubstr("frame 540 is shown 29.45 s"), HasSubstr("by_time"),
                                      HasSubstr("[variable_rate]")))));
}

// A tenth of a second is less than half of the half second from one taken frame to the next, and
// more than half of a tenth.
TEST(TimingDifference, IsMeasuredAgainstTheSamplingStep) {
  auto facts = steady(100, 10.0);
  for (size_t i = 50; i < 100; ++i) facts.frame_seconds[i] += 0.1;
  EXPECT_FALSE(plan_clip(facts, {.fps = 2.0}).timing.matters());
  EXPECT_TRUE(plan_clip(facts, {.fps = 10.0}).timing.matters());
}

TEST(ClipPlan, ALateStartIsSaid) {
  auto facts = steady(50, 25.0);
  facts.late_start_seconds = 0.2;
  EXPECT_THAT(plan_clip(facts, {}).notes, IsEmpty()) << "less than half a sampling step";
  facts.late_start_seconds = 1.52;
  EXPECT_THAT(plan_clip(facts, {}).notes,
              ElementsAre(Field(&ClipNote::text,
                                AllOf(HasSubstr("1.52 s after"), HasSubstr("[late_start]")))));
}

// What lmms-eval gives where a clip has fewer frames than are asked for: those it has, to an even
// number.
TEST(ClipPlan, AShortClipGivesWhatItHas) {
  for (const char* sampler : {"qwen_vl_utils", "hf_native"}) {
    const VideoOptions options{.sampler = sampler, .num_frames = 32};
    const auto of_31 = plan_clip(steady(31, 25.0), options);
    EXPECT_EQ(of_31.selection.indices.size(), 30u);
    EXPECT_DOUBLE_EQ(of_31.selection.sample_fps, 30.0 / 31.0 * 25.0);
    EXPECT_THAT(of_31.notes,
                ElementsAre(Field(&ClipNote::text, HasSubstr("30 are taken [short_clip]"))));
    EXPECT_EQ(plan_clip(steady(9, 25.0), options).selection.indices.size(), 8u);
    EXPECT_THAT(plan_clip(steady(2, 25.0), options).selection.indices, ElementsAre(0, 1));
    const auto of_1 = plan_clip(steady(1, 25.0), options);
    EXPECT_THAT(of_1.selection.indices, ElementsAre(0, 0)) << "as an image";
    EXPECT_THAT(of_1.warnings, ElementsAre(HasSubstr("[too_few_frames]")));
    EXPECT_THAT(plan_clip(steady(40, 25.0), options).notes, IsEmpty());
  }
}

TEST(ClipPlan, ACutWithinOneFrameGivesThatFrame) {
  // At 2 frames a second none begins between 1.1 and 1.4 s; frame 2, of 1.0 s, is on the screen.
  EXPECT_THAT(plan_clip(steady(10, 2.0), {}, 1.1, 1.4).selection.indices, ElementsAre(2, 2));
  EXPECT_THAT(reason_of([] { plan_clip(steady(10, 2.0), {}, 6.0, 7.0); }),
              HasSubstr("[too_few_frames]"));
}

TEST(ClipPlan, RefusesShortClipsAsTheReferenceWhereAsked) {
  const VideoOptions options{.num_frames = 32, .short_clip = "refuse"};
  for (const int64_t frames : {1, 2, 9, 31})
    EXPECT_THAT(reason_of([&] { plan_clip(steady(frames, 25.0), options); }),
                HasSubstr("[too_few_frames]"))
        << frames;
  EXPECT_EQ(plan_clip(steady(32, 25.0), options).selection.indices.size(), 32u);
}

TEST(ClipPlan, AFileThatLacksMostOfItsFramesIsRefused) {
  auto facts = steady(37, 25.0);
  facts.frame_share = 0.37;
  EXPECT_THAT(reason_of([&] { plan_clip(facts, {}); }),
              AllOf(HasSubstr("only 37 % of its frames"), HasSubstr("video.min_frame_share"),
                    HasSubstr("[truncated]")));
  EXPECT_NO_THROW(plan_clip(facts, {.min_frame_share = 0.37}));
  EXPECT_NO_THROW(plan_clip(facts, {.min_frame_share = 0.0}));
}

TEST(Durations, DifferByMoreThanASecondAndTwoPercent) {
  EXPECT_FALSE(durations_differ(31.0, 30.0));
  EXPECT_TRUE(durations_differ(31.01, 30.0));
  EXPECT_FALSE(durations_differ(1020.0, 1000.0));
  EXPECT_TRUE(durations_differ(979.0, 1000.0));
}

TEST(ClipPlan, IsWhatALoadedClipIs) {
  VideoOptions options;
  options.fps = 2.0;
  options.max_pixels = 28.0 * 28 * 20;
  options.min_pixels = 784;
  const auto path = test::media_dir() / "h264_opengop_bframes.mp4";
  const auto facts = read_video_facts(path, {});
  for (const std::optional<double> start : {std::optional<double>(), std::optional<double>(1.0)}) {
    const auto plan = plan_clip(facts, options, start);
    const auto clip = load_clip(path, options, start);
    EXPECT_EQ(plan.selection.indices, clip.file_frames);
    EXPECT_EQ(plan.selection.sample_fps, clip.sample_fps);
    EXPECT_EQ(plan.size, (ImageSize{clip.frames.size(2), clip.frames.size(3)}));
  }
}

TEST(ClipPlan, RefusesWhatALoadedClipRefuses) {
  const auto path = test::media_dir() / "three_frames.mp4";
  VideoOptions options;
  options.num_frames = 32;
  options.short_clip = "refuse";
  EXPECT_THROW(load_clip(path, options), DataError);
  EXPECT_THROW(plan_clip(read_video_facts(path, {}), options), DataError);
}

}  // namespace
}  // namespace vrlt::video
