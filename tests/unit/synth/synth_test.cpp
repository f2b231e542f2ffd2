#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "synth/synth_clip.h"
#include "synth/synth_questions.h"

namespace vrlt::synth {
namespace {

using testing::StartsWith;

const settings::SynthWorld kHardWorld = {
    .shortest_seconds = 4,
    .longest_seconds = 12,
    .max_distractors = 3,
    .similar_distractors = true,
    .held_out = {"red circle", "white square", "blue triangle"}};

std::vector<SynthClip> clips(const settings::SynthWorld& world, const std::string& split,
                             int64_t count) {
  std::vector<SynthClip> result;
  for (int64_t i = 0; i < count; ++i) result.push_back(make_synth_clip(world, 7, split, i));
  return result;
}

TEST(SynthClip, DependsOnSeedSplitAndIndexOnly) {
  const auto first = make_synth_clip(kHardWorld, 7, "train", 3),
             again = make_synth_clip(kHardWorld, 7, "train", 3);
  ASSERT_EQ(first.shapes.size(), again.shapes.size());
  EXPECT_EQ(first.shapes.front().name(), again.shapes.front().name());
  EXPECT_EQ(first.shapes.front().x, again.shapes.front().x);
  EXPECT_NE(first.shapes.front().x, make_synth_clip(kHardWorld, 7, "test", 3).shapes.front().x);
  EXPECT_NE(first.shapes.front().x, make_synth_clip(kHardWorld, 8, "train", 3).shapes.front().x);
}

TEST(SynthClip, TimesAreHalfSecondsInsideTheClip) {
  std::set<double> durations;
  for (const auto& clip : clips(kHardWorld, "train", 300)) {
    durations.insert(clip.duration_seconds);
    for (const auto& shape : clip.shapes) {
      EXPECT_GE(shape.start_seconds, 0.0);
      EXPECT_GE(shape.end_seconds, shape.start_seconds + 1.0);
      EXPECT_LE(shape.end_seconds, clip.duration_seconds);
      EXPECT_EQ(shape.start_seconds * 2, static_cast<int>(shape.start_seconds * 2));
    }
  }
  EXPECT_THAT(durations, testing::ElementsAre(4, 5, 6, 7, 8, 9, 10, 11, 12));
}

TEST(SynthClip, AQuestionHasOneAnswer) {
  size_t shared_colors = 0;
  for (const auto& clip : clips(kHardWorld, "train", 300)) {
    std::set<std::string> names;
    for (const auto& shape : clip.shapes) names.insert(shape.name());
    EXPECT_EQ(names.size(), clip.shapes.size()) << "a name tells one shape";
    for (size_t i = 1; i < clip.shapes.size(); ++i) {
      EXPECT_NE(clip.shapes[i].shape, clip.shapes[0].shape)
          << "the target's shape tells the target";
      shared_colors += clip.shapes[i].color == clip.shapes[0].color;
    }
  }
  EXPECT_GT(shared_colors, 20u) << "distractors are similar";
  for (const auto& clip : clips({}, "train", 300)) {
    const auto& palette = settings::synth_palettes()[clip.palette];
    const auto in_palette = [&](const SynthShape& shape) {
      return std::count(palette.begin(), palette.end(), shape.color) > 0;
    };
    EXPECT_EQ(std::count_if(clip.shapes.begin(), clip.shapes.end(), in_palette), 1)
        << "one colour of the options is in the clip";
  }
}

TEST(SynthClip, TrainingNeverShowsWhatIsHeldOut) {
  const auto shows_held_out = [](const SynthClip& clip) {
    return std::any_of(clip.shapes.begin(), clip.shapes.end(), [](const SynthShape& shape) {
      return std::find(kHardWorld.held_out.begin(), kHardWorld.held_out.end(), shape.name()) !=
             kHardWorld.held_out.end();
    });
  };
  const auto train = clips(kHardWorld, "train", 300), test = clips(kHardWorld, "test", 300);
  EXPECT_EQ(std::count_if(train.begin(), train.end(), shows_held_out), 0);
  EXPECT_GT(std::count_if(test.begin(), test.end(), shows_held_out), 30);
}

TEST(SynthRecords, NameTheTruthOfTheClip) {
  std::set<std::string> grounding_questions;
  for (int64_t i = 0; i < 100; ++i) {
    const auto clip = make_synth_clip(kHardWorld, 7, "test", i);
    const auto records = synth_records(clip, kHardWorld, /*paraphrases=*/true, "test", i, 7);
    ASSERT_EQ(records.size(), 3u);
    const auto& target = clip.shapes.front();
    EXPECT_EQ(records[1]["options"][records[1]["answer"].get<size_t>()], target.color);
    EXPECT_THAT(records[1]["question"].get<std::string>(), testing::HasSubstr(target.shape));
    EXPECT_EQ(records[2]["segments"][0][0], target.start_seconds);
    EXPECT_EQ(records[2]["segments"][0][1], target.end_seconds);
    const auto question = records[0]["question"].get<std::string>();
    const auto asked =
        std::find_if(clip.shapes.begin(), clip.shapes.end(), [&](const SynthShape& shape) {
          return question.find(shape.color) != std::string::npos &&
                 question.find(shape.shape) != std::string::npos;
        });
    ASSERT_NE(asked, clip.shapes.end()) << question;
    EXPECT_EQ(records[0]["segments"][0][0], asked->start_seconds);
    const bool held_out =
        std::count(kHardWorld.held_out.begin(), kHardWorld.held_out.end(), asked->name()) > 0;
    EXPECT_EQ(records[0]["groups"]["pair"], held_out ? "held_out" : "seen");
    grounding_questions.insert(question);
  }
  const auto count_of = [&](const auto& matcher) {
    return std::count_if(grounding_questions.begin(), grounding_questions.end(),
                         [&](const auto& q) { return testing::Matches(matcher)(q); });
  };
  EXPECT_GT(count_of(StartsWith("the ")), 0);
  EXPECT_GT(count_of(StartsWith("a ")), 0);
  EXPECT_GT(count_of(testing::HasSubstr(" in ")), 0);
}

TEST(SynthRecords, EasyWorldAsksPlainly) {
  const auto clip = make_synth_clip({}, 0, "train", 0);
  const auto records = synth_records(clip, {}, /*paraphrases=*/false, "train", 0, 0);
  EXPECT_EQ(records[1]["question"], "which color");
  EXPECT_FALSE(records[0].contains("groups"));
}

}  // namespace
}  // namespace vrlt::synth
