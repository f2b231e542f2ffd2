// What TokenDraw promises: the tokens of sample_tokens() without the forbidden ids, and their
// log-probs: over all ids, or where top-k, top-p or min-p cut over what they keep.

#include "rollout/token_draw.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "rollout/processed_logits.h"
#include "vrlt/core/error.h"

namespace vrlt::rollout {
namespace {

constexpr int64_t kRows = 64;

at::Tensor mask_of(int64_t size, const std::vector<int64_t>& ids) {
  auto mask = at::zeros({size}, at::kBool);
  for (const int64_t id : ids) mask[id].fill_(true);
  return mask;
}

/// An even grid from 0; the last is nearly 1, further from it than the float32 sums of blocks are
/// from the true ones.
std::vector<double> uniforms() {
  std::vector<double> values;
  for (int64_t i = 0; i < kRows; ++i) values.push_back(static_cast<double>(i) / kRows);
  values.back() = 1.0 - 1e-5;
  return values;
}

void expect_as_by_operators(const at::Tensor& logits, const std::vector<int64_t>& forbidden,
                            const SamplingConfig& config) {
  const auto mask = mask_of(logits.size(1), forbidden);
  const auto drawn = TokenDraw(mask)(logits, uniforms(), config);
  const auto expected =
      sample_tokens(logits.masked_fill(mask, -std::numeric_limits<double>::infinity()),
                    at::tensor(uniforms(), at::kDouble), config);
  EXPECT_TRUE(at::equal(drawn.ids, expected)) << (drawn.ids - expected).nonzero();
  const auto allowed = logits.masked_fill(mask, -std::numeric_limits<double>::infinity());
  const auto scaled = narrows(config) ? processed_logits(allowed, config).to(at::kDouble)
                                      : logits.to(at::kDouble) /
                                            (config.temperature > 0 ? config.temperature : 1.0);
  const auto log_probs =
      scaled.log_softmax(1).gather(1, expected.unsqueeze(1)).squeeze(1).to(at::kFloat);
  EXPECT_TRUE(at::allclose(drawn.log_probs, log_probs, /*rtol=*/1e-6, /*atol=*/2e-6))
      << (drawn.log_probs - log_probs).abs().max();
}

// Sums are in blocks of 256: sizes around their edges.
TEST(TokenDraw, DrawsWhatSampleTokensDraws) {
  auto generator = at::detail::createCPUGenerator(1);
  for (const int64_t size : {5, 255, 256, 257, 1024, 1500}) {
    const auto logits = at::empty({kRows, size}, at::kFloat).normal_(0.0, 3.0, generator);
    for (const auto& config :
         {SamplingConfig{}, SamplingConfig{.temperature = 0.0}, SamplingConfig{.temperature = 0.6},
          SamplingConfig{.top_k = 4, .top_p = 0.9}})
      for (const auto& forbidden :
           {std::vector<int64_t>{}, std::vector<int64_t>{0, size - 1}, std::vector<int64_t>{2, 3}})
        expect_as_by_operators(logits, forbidden, config);
  }
}

TEST(TokenDraw, ForbiddenIdsMayBeFarLikelier) {
  auto generator = at::detail::createCPUGenerator(2);
  const auto logits = at::empty({kRows, 40}, at::kFloat).normal_(0.0, 2.0, generator);
  logits.select(1, 7).fill_(900.0);
  logits.select(1, 8).fill_(-900.0);
  expect_as_by_operators(logits, {7}, {});
  expect_as_by_operators(logits, {7}, {.temperature = 0.0});
}

TEST(TokenDraw, OneLikelyTokenIsAlwaysDrawn) {
  const auto logits = at::full({kRows, 600}, -200.0, at::kFloat);
  logits.select(1, 321).fill_(100.0);
  auto values = uniforms();
  // at exactly 0 the first token of any probability is drawn, however small
  values.front() = 1e-12;
  const auto drawn = TokenDraw(mask_of(600, {}))(logits, values, {});
  EXPECT_TRUE(at::equal(drawn.ids, at::full({kRows}, 321, at::kLong)));
  EXPECT_TRUE(at::equal(drawn.log_probs, at::zeros({kRows})));
}

// Probabilities 0.5, 0.3, 0.15, 0.05: of the two that top_p = 0.7 keeps the first has 0.5 / 0.8,
// whatever the full distribution says.
TEST(TokenDraw, LogProbsAreOfTheDistributionThatWasDrawnFrom) {
  const auto logits = at::tensor({0.5F, 0.3F, 0.15F, 0.05F}).log().unsqueeze(0);
  for (const auto& config :
       {SamplingConfig{.top_k = 2}, SamplingConfig{.top_p = 0.7}, SamplingConfig{.min_p = 0.5}}) {
    EXPECT_NEAR(TokenDraw(mask_of(4, {}))(logits, {0.1}, config).log_probs.item<double>(),
                std::log(0.5 / 0.8), 1e-6);
    EXPECT_NEAR(TokenDraw(mask_of(4, {}))(logits, {0.9}, config).log_probs.item<double>(),
                std::log(0.3 / 0.8), 1e-6);
  }
  EXPECT_NEAR(TokenDraw(mask_of(4, {}))(logits, {0.1}, {}).log_probs.item<double>(), std::log(0.5),
              1e-6);
}

TEST(TokenDraw, LogitsThatAreNotFiniteAreSeen) {
  for (const int64_t bad_id : {0, 5, 299})
    for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL})
      for (const auto& config : {SamplingConfig{}, SamplingConfig{.temperature = 0.0}}) {
        auto logits = at::zeros({2, 300}, at::kFloat);
        logits[1][bad_id].fill_(bad);
        const auto log_probs = TokenDraw(mask_of(300, {7}))(logits, {0.5, 0.5}, config).log_probs;
        EXPECT_TRUE(std::isfinite(log_probs[0].item<double>()));
        EXPECT_FALSE(std::isfinite(log_probs[1].item<double>())) << bad << " at " << bad_id;
      }
}

TEST(TokenDraw, OneUniformPerRow) {
  EXPECT_THROW(TokenDraw(mask_of(3, {}))(at::zeros({2, 3}), {0.5}, {}), ContractError);
}

}  // namespace
}  // namespace vrlt::rollout
