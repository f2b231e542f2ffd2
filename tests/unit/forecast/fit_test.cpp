#include "vrlt/forecast/fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vrlt/core/error.h"
#include "vrlt/forecast/longest_prompt.h"

namespace vrlt::forecast {
namespace {

using ::testing::HasSubstr;

settings::TrainConfig config() {
  settings::TrainConfig config;
  config.model.dtype = "bfloat16";
  config.model.device = "cuda";
  config.algorithm.objective.kl.coef = 0.04;
  config.video.max_frames = 64;
  config.video.total_pixels = 64.0 * 32 * 28 * 28;
  config.video.pixel_factor = 28;
  return config;
}

Fit fit_of(const std::string& size, const std::string& cards) {
  const auto shape = model::find_model_shape("Qwen2.5-VL-" + size + "-Instruct");
  return search_fit(config(), shape, parse_cards(cards, "--fit"),
                    [&](const auto& changed) { return longest_prompt(changed, shape); });
}

bool changes(const Candidate& candidate, const std::string& key) {
  for (const auto& word : candidate.overrides)
    if (word.starts_with(key)) return true;
  return false;
}

TEST(Cards, AreANumberOfOneSize) {
  EXPECT_EQ(parse_card("80GB", "--card"), 80e9);
  EXPECT_EQ(parse_card("0.5GiB", "--card"), 0.5 * (1 << 30));
  EXPECT_EQ(parse_cards("8x80GB", "--fit").count, 8);
  EXPECT_EQ(parse_cards("24GB", "--fit").count, 1);
  for (const char* wrong : {"", "80", "GB", "80 GB", "80gb", "-1GB", "8x", "x80GB", "0x80GB",
                            "8x80", "nanGB", "1e300GB", "99999999x80GB", "8x-80GB"})
    EXPECT_THROW(parse_cards(wrong, "--fit"), ConfigError) << wrong;
}

// docs/memory.md: 7.6 * 10^9 trained numbers of 18 bytes, sums of 4 and 12 of the optimizer among
// them, are 137 GB before any activation; an eighth of 16 of them, and 2 of the weights, are 30 GB.
TEST(Fit, FindsWhatTrainsAndSaysWhyTheRestDoesNot) {
  const auto alone = fit_of("7B", "1x80GB"), eight = fit_of("7B", "8x80GB");
  ASSERT_GT(alone.num_fitting, 0U);
  EXPECT_TRUE(alone.candidates.front().adapter_instead);
  ASSERT_GT(eight.num_fitting, 0U);
  EXPECT_FALSE(eight.candidates.front().adapter_instead);
  EXPECT_EQ(eight.candidates.front().frame_divisor, 1);
  EXPECT_TRUE(changes(eight.candidates.front(), "distributed.shard=gradients"));
  EXPECT_THAT(to_text(alone), HasSubstr("GB too much"));
  EXPECT_THAT(to_text(alone), HasSubstr("lora.rank=64 optim.lr=1e-05"));
}

TEST(Fit, PutsWhatFitsFirstAndTheFastestOfTheNearestBeforeAll) {
  const auto fit = fit_of("3B", "8x80GB");
  ASSERT_GT(fit.num_fitting, 1U);
  for (size_t i = 0; i < fit.candidates.size(); ++i)
    EXPECT_EQ(fit.candidates[i].memory.peak() <= fit.cards.bytes, i < fit.num_fitting) << i;
  for (size_t i = 1; i < fit.num_fitting; ++i) {
    const auto &a = fit.candidates[i - 1], &b = fit.candidates[i];
    EXPECT_TRUE(a.distance() < b.distance() ||
                (a.distance() == b.distance() && a.seconds <= b.seconds))
        << i;
  }
}

TEST(Fit, ProposesNoModeThatTheProgramDoesNotKnow) {
  for (const auto& candidate : fit_of("3B", "2x80GB").candidates) {
    const auto& mode = candidate.load.sharding.shard;
    EXPECT_TRUE(std::any_of(std::begin(optim::kShardModes), std::end(optim::kShardModes),
                            [&](const auto& row) { return mode == row.name; }))
        << mode;
  }
  for (const auto& candidate : fit_of("3B", "80GB").candidates)
    EXPECT_FALSE(changes(candidate, "distributed.")) << "one rank has nothing to cut";
}

TEST(Fit, LeavesAnAdapterThatTheConfigHas) {
  auto with = config();
  with.lora.rank = 8;
  const auto fit = search_fit(
      with, model::find_model_shape("Qwen2.5-VL-7B-Instruct"), parse_cards("24GB", "--fit"),
      [](const auto&) { return processor::PromptSize{.text_tokens = 2000}; });
  for (const auto& candidate : fit.candidates) EXPECT_EQ(candidate.load.lora.rank, 8);
}

TEST(Fit, SaysThatNothingFits) {
  const auto fit = fit_of("72B", "24GB");
  EXPECT_EQ(fit.num_fitting, 0U);
  EXPECT_THAT(to_text(fit), HasSubstr("nothing fits; the nearest"));
}

TEST(StepSeconds, SmallerPassesAndComputingAgainTakeLonger) {
  const auto shape = model::find_model_shape("Qwen2.5-VL-3B-Instruct");
  const processor::PromptSize prompt{
      .text_tokens = 150, .vision_tokens = 2048, .tokens_per_slice = 64};
  auto load = load_of(config());
  load.micro_batch = 4;
  const double seconds = step_seconds(load, shape, prompt, {});
  auto smaller = load, again = load;
  smaller.micro_batch = 1;
  again.checkpoints_blocks = true;
  EXPECT_GT(step_seconds(smaller, shape, prompt, {}), seconds);
  EXPECT_GT(step_seconds(again, shape, prompt, {}), seconds);
  EXPECT_LT(step_seconds(load, shape, prompt, {.all = 8}), seconds / 2);
  smaller.prompts_per_step = 128;
  auto cut = smaller;
  cut.sharding.shard = "gradients";
  EXPECT_GT(step_seconds(cut, shape, prompt, {.all = 8}),
            step_seconds(smaller, shape, prompt, {.all = 8}))
      << "ranks meet in every pass";
}

}  // namespace
}  // namespace vrlt::forecast
