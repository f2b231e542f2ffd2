// Samples in, groups out: which errors are a sample's own, and that a group stands where its prompt
// does.
#include "vrlt/rollout/asking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_task.h"
#include "vrlt/core/error.h"

namespace vrlt::rollout {
namespace {

using ::testing::StartsWith;

class AskingTest : public ::testing::Test {
 protected:
  AskingTest() : task_(folder_.path(), 2) {}

  data::Sample sample_with(const std::string& id, const std::string& video) const {
    auto sample = task_.samples().front();
    sample.id = id;
    sample.video = video;
    return sample;
  }

  test::TemporaryFolder folder_;
  test::TinyTask task_;
  std::unique_ptr<model::VisionLanguageModel> model_ = task_.open_model();
  processor::Processor processor_{model::load_prompt_format(task_.model_folder())};
  processor::PromptLoader loader_{processor_, test::TinyTask::media_options(), task_.data_root(),
                                  "auto_short", 1 << 20};
};

TEST_F(AskingTest, AFileThatIsMissingOrCannotBeReadIsTheSamplesOwn) {
  const auto missing = sample_with("missing", "none.mp4");
  const auto loaded = load_prompt(loader_, missing);
  EXPECT_FALSE(loaded.can_be_asked());
  EXPECT_EQ(loaded.sample, &missing);
  EXPECT_EQ(loaded.error,
            "missing: " + (task_.data_root() / "none.mp4").string() + ": no such file");

  io::write_file_atomic(task_.data_root() / "text.mp4", "no video\n");
  const auto broken = sample_with("broken", "text.mp4");
  EXPECT_FALSE(load_prompt(loader_, broken).can_be_asked());
  EXPECT_THAT(load_prompt(loader_, broken).error, StartsWith("broken: "));

  const auto& good = task_.samples().front();
  EXPECT_TRUE(load_prompt(loader_, good).can_be_asked());
  EXPECT_EQ(load_prompt(loader_, good).error, "");
}

// A prompt that there is not, which no record file can bring here, stands for all that is not about
// one file.
TEST_F(AskingTest, AnErrorThatIsNotAboutAFileIsNoSamples) {
  auto sample = task_.samples().front();
  sample.prompt = "no_such_prompt";
  EXPECT_THROW(load_prompt(loader_, sample), ConfigError);
  EXPECT_THROW(load_prompts(loader_, {&sample}), ConfigError);
}

TEST_F(AskingTest, EachGroupStandsInThePlaceOfItsSample) {
  const auto missing = sample_with("missing", "none.mp4");
  const auto &first = task_.samples()[0], &second = task_.samples()[1];
  const GenerationConfig config{.group_size = 3, .max_new_tokens = 12, .seed = 7};
  Asking asking(*model_, processor_);
  const auto loaded = load_prompts(loader_, {&missing, &first, &missing, &second});
  const auto groups = asking.ask(loaded, /*first_draw=*/5, config);
  ASSERT_EQ(groups.size(), 4u);
  for (const size_t unasked : {0, 2}) {
    EXPECT_FALSE(loaded[unasked].can_be_asked());
    EXPECT_EQ(groups[unasked].prompt.sample_id, "missing");
    EXPECT_TRUE(groups[unasked].responses.empty());
  }
  for (const auto& [place, sample] : {std::pair(size_t{1}, &first), {size_t{3}, &second}}) {
    const auto alone = asking.ask(load_prompts(loader_, {sample}), /*first_draw=*/5, config);
    EXPECT_EQ(groups[place].prompt.sample_id, sample->id);
    ASSERT_EQ(groups[place].responses.size(), 3u);
    for (size_t k = 0; k < 3; ++k)
      EXPECT_EQ(groups[place].responses[k].ids, alone.front().responses[k].ids)
          << sample->id << " " << k;
  }
}

TEST_F(AskingTest, NobodyIsAsked) {
  Asking asking(*model_, processor_);
  EXPECT_TRUE(asking.ask(std::vector<LoadedPrompt>(), 0, {}).empty());
}

// Of 8 responses of 64 tokens over about 300 ids, random weights would draw one of the four some
// seven times.
TEST_F(AskingTest, TokensThatStandForVisionAreNeverDrawn) {
  Asking asking(*model_, processor_);
  const auto& sample = task_.samples().front();
  const auto groups =
      asking.ask(load_prompts(loader_, {&sample}), 0,
                 {.group_size = 8, .max_new_tokens = 64, .sampling = {.temperature = 4.0}});
  size_t num_tokens = 0;
  for (const auto& response : groups.front().responses) {
    num_tokens += response.ids.size();
    for (const int64_t id : processor_.never_sampled())
      EXPECT_EQ(std::count(response.ids.begin(), response.ids.end(), id), 0) << id;
  }
  EXPECT_GT(num_tokens, 100u);
}

}  // namespace
}  // namespace vrlt::rollout
