// What is kept of a video changes no answer: the engine, which computes every prompt whole, is the
// plain twin.
#include "vrlt/rollout/kept_prompt.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_task.h"
#include "vrlt/rollout/asking.h"

namespace vrlt::rollout {
namespace {

class KeptPromptTest : public ::testing::Test {
 protected:
  KeptPromptTest() : task_(folder_.path(), 2) {}

  /// Of a clip of the task.
  Prompt prompt(size_t clip, const std::string& question) {
    auto sample = task_.samples().at(clip);
    sample.question = question;
    return {.sample_id = question, .inputs = loader_.load(sample)};
  }
  Response by_engine(const Prompt& prompt, const GenerationConfig& config) {
    Asking asking(*model_, processor_);
    return asking.ask({prompt}, config).front().responses.front();
  }
  KeptPrompt kept() { return {*model_, processor_.tokenizer(), processor_.never_sampled()}; }

  test::TemporaryFolder folder_;
  test::TinyTask task_;
  std::unique_ptr<model::VisionLanguageModel> model_ = task_.open_model();
  processor::Processor processor_{model::load_prompt_format(task_.model_folder())};
  processor::PromptLoader loader_{processor_, test::TinyTask::media_options(), task_.data_root(),
                                  "auto_short", 1 << 20};
};

TEST_F(KeptPromptTest, AnswersAsTheEngineDoes) {
  auto asked = kept();
  for (const double temperature : {0.0, 1.0}) {
    const GenerationConfig config{
        .group_size = 1, .max_new_tokens = 12, .sampling = {.temperature = temperature}, .seed = 7};
    for (const auto& one : {prompt(0, "when red square ?"), prompt(0, "blue"), prompt(1, "blue"),
                            prompt(0, "blue")}) {
      const auto answer = asked.answer(one, config), expected = by_engine(one, config);
      EXPECT_EQ(answer.ids, expected.ids) << one.sample_id;
      EXPECT_EQ(answer.text, expected.text);
      ASSERT_EQ(answer.log_probs.size(), expected.log_probs.size());
      // a question that is read token by token is summed in another order than a whole prompt
      for (size_t i = 0; i < answer.log_probs.size(); ++i)
        EXPECT_NEAR(answer.log_probs[i], expected.log_probs[i], 1e-4);
    }
  }
}

TEST_F(KeptPromptTest, EncodesAndPrefillsAVideoOnce) {
  auto asked = kept();
  const GenerationConfig config{.group_size = 1, .max_new_tokens = 4};
  asked.answer(prompt(0, "when red square ?"), config);
  EXPECT_EQ(asked.kept_tokens(), 0);
  const auto encoded = model_->counters().videos_encoded,
             prefilled = model_->counters().prompts_prefilled;
  asked.answer(prompt(0, "blue"), config);
  EXPECT_GT(asked.kept_tokens(), 8) << "the vision tokens, and what stands before them";
  EXPECT_EQ(model_->counters().videos_encoded, encoded);
  EXPECT_EQ(model_->counters().prompts_prefilled, prefilled);
  asked.answer(prompt(1, "blue"), config);
  EXPECT_EQ(asked.kept_tokens(), 0) << "another video of the same size is another video";
  EXPECT_EQ(model_->counters().videos_encoded, encoded + 1);
}

}  // namespace
}  // namespace vrlt::rollout
