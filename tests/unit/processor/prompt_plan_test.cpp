// A prompt is planned by the rules it is loaded by: what is foretold of it before a run is what the
// model then reads.
#include "vrlt/processor/prompt_plan.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_task.h"
#include "vrlt/core/error.h"
#include "vrlt/processor/prompt_loader.h"

namespace vrlt::processor {
namespace {

class PromptPlanTest : public ::testing::Test {
 protected:
  PromptPlan plan(const data::Sample& sample, const MediaOptions& media) const {
    const PromptPlanner planner{processor_, media, task_.data_root(),
                                data::find_prompt("auto_think")};
    const auto request = clip_request(sample, task_.data_root(), media.video);
    const auto facts = video::read_video_facts(request.path, request.frames);
    return planner(sample, &facts);
  }

  test::TemporaryFolder folder_;
  test::TinyTask task_{folder_.path(), 3};
  Processor processor_{model::load_prompt_format(task_.model_folder())};
};

TEST_F(PromptPlanTest, IsWhatIsLoaded) {
  auto larger = test::TinyTask::media_options();
  larger.video.max_pixels = 28.0 * 28 * 12;
  larger.video.fps = 4.0;
  for (const auto& media : {test::TinyTask::media_options(), larger}) {
    PromptLoader loader(processor_, media, task_.data_root(), "auto_think", 1 << 20);
    for (auto sample : task_.samples()) {
      for (const double start : {0.0, 0.5}) {
        sample.clip_start = start;
        const auto planned = plan(sample, media);
        const auto loaded = loader.load(sample);
        EXPECT_EQ(planned.num_frames, loaded->num_frames);
        EXPECT_EQ(planned.tokens(), loaded->input_ids.size(0));
        EXPECT_EQ(planned.vision_tokens, loaded->pixel_values_videos.size(0) / 4)
            << "four patches a token";
      }
    }
  }
}

TEST_F(PromptPlanTest, RefusesWhatIsRefusedWhenLoaded) {
  const auto media = test::TinyTask::media_options();
  PromptLoader loader(processor_, media, task_.data_root(), "auto_think", 1 << 20);
  auto placeholder = task_.samples()[0];
  placeholder.question = "<|video_pad|> what is it";
  EXPECT_THROW(loader.load(placeholder), DataError);
  EXPECT_THROW(plan(placeholder, media), DataError);
  auto too_late = task_.samples()[0];
  too_late.clip_start = 1000;
  EXPECT_THROW(loader.load(too_late), DataError);
  EXPECT_THROW(plan(too_late, media), DataError);
}

}  // namespace
}  // namespace vrlt::processor
