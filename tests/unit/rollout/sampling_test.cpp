#include "vrlt/rollout/sampling.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "vrlt/core/error.h"

namespace vrlt::rollout {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<double> softmax(const std::vector<double>& logits) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  std::vector<double> p;
  double total = 0;
  for (const double logit : logits) total += std::exp(logit - largest);
  for (const double logit : logits) p.push_back(std::exp(logit - largest) / total);
  return p;
}

/// The distribution as transformers' warpers define it, one token at a time in float64.
std::vector<double> reference_distribution(std::vector<double> logits,
                                           const SamplingConfig& config) {
  for (double& logit : logits) logit /= config.temperature;
  if (config.top_k > 0 && config.top_k < static_cast<int64_t>(logits.size())) {
    auto sorted = logits;
    std::sort(sorted.rbegin(), sorted.rend());
    for (double& logit : logits)
      // ties with the k-th stay
      if (logit < sorted[static_cast<size_t>(config.top_k) - 1]) logit = -kInfinity;
  }
  if (config.top_p < 1.0) {
    const auto p = softmax(logits);
    std::vector<size_t> order(p.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return logits[a] < logits[b]; });
    double tail = 0;
    for (size_t i = 0; i + 1 < order.size(); ++i) {  // the likeliest stays
      tail += p[order[i]];
      if (tail <= 1.0 - config.top_p) logits[order[i]] = -kInfinity;
    }
  }
  if (config.min_p > 0.0) {
    const auto p = softmax(logits);
    const double threshold = config.min_p * *std::max_element(p.begin(), p.end());
    for (size_t i = 0; i < p.size(); ++i)
      if (p[i] < threshold) logits[i] = -kInfinity;
  }
  return softmax(logits);
}

at::Tensor row_of(const std::vector<double>& logits) {
  return at::tensor(logits, at::kDouble).to(at::kFloat).unsqueeze(0);
}

std::vector<double> random_logits(uint64_t seed, int64_t size) {
  auto generator = at::detail::createCPUGenerator(seed);
  const auto values = at::empty({size}, at::kFloat).normal_(0.0, 2.0, generator).to(at::kDouble);
  return {values.const_data_ptr<double>(), values.const_data_ptr<double>() + size};
}

struct Case {
  std::string name;
  SamplingConfig config;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class SampledDistribution : public ::testing::TestWithParam<Case> {};

// Uniforms on an even grid of n points hit a token of probability p between np - 1 and np + 1
// times: the whole distribution is seen, without chance.
TEST_P(SampledDistribution, IsThatOfTheReference) {
  constexpr int64_t kPoints = 4000;
  std::vector<double> uniforms;
  for (int64_t i = 0; i < kPoints; ++i)
    uniforms.push_back((static_cast<double>(i) + 0.5) / kPoints);
  for (uint64_t seed = 0; seed < 5; ++seed) {
    const auto logits = random_logits(seed, 50);
    const auto tokens = sample_tokens(row_of(logits).expand({kPoints, 50}),
                                      at::tensor(uniforms, at::kDouble), GetParam().config);
    const auto counts = at::bincount(tokens, {}, 50).to(at::kDouble);
    const auto expected = reference_distribution(logits, GetParam().config);
    for (size_t i = 0; i < expected.size(); ++i) {
      const double count = counts[static_cast<int64_t>(i)].item<double>();
      EXPECT_NEAR(count, kPoints * expected[i], 1.01) << "seed " << seed << ", token " << i;
      if (expected[i] == 0.0) {
        EXPECT_EQ(count, 0.0) << "seed " << seed << ", token " << i;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Settings, SampledDistribution,
    ::testing::Values(Case{"plain", {}}, Case{"cold", {.temperature = 0.5}},
                      Case{"hot", {.temperature = 2.0}}, Case{"top_k_1", {.top_k = 1}},
                      Case{"top_k_7", {.top_k = 7}}, Case{"top_k_beyond", {.top_k = 500}},
                      Case{"top_p_0", {.top_p = 0.0}}, Case{"top_p_half", {.top_p = 0.5}},
                      Case{"top_p_most", {.top_p = 0.95}}, Case{"min_p", {.min_p = 0.1}},
                      Case{"min_p_1", {.min_p = 1.0}},
                      Case{"all", {.temperature = 1.5, .top_k = 20, .top_p = 0.8, .min_p = 0.05}}),
    [](const auto& info) { return info.param.name; });

TEST(SampleTokens, TemperatureZeroIsTheLikeliest) {
  const auto logits = at::tensor({0.5, 2.0, -1.0, 2.5, 2.4, 2.0}, at::kFloat).view({2, 3});
  EXPECT_TRUE(at::equal(sample_tokens(logits, at::Tensor(), {.temperature = 0.0}),
                        at::tensor({1, 0}, at::kLong)));
}

TEST(SampleTokens, TiesWithTheKthStay) {
  const auto logits = at::tensor({1.0, 3.0, 1.0, 0.0}, at::kFloat).view({1, 4}).expand({3, 4});
  // e^3 : e^1 : e^1 = 0.787 : 0.106 : 0.106; id order 0, 1, 2 gives the bounds 0.106, 0.893, 1
  EXPECT_TRUE(
      at::equal(sample_tokens(logits, at::tensor({0.1, 0.5, 0.9}, at::kDouble), {.top_k = 2}),
                at::tensor({0, 1, 2}, at::kLong)));
}

TEST(SampleTokens, NeverDrawsWhatIsMinusInfinity) {
  auto logits = random_logits(3, 40);
  for (const size_t i : {0, 1, 2, 17, 38, 39}) logits[i] = -kInfinity;
  const double below_one = std::nextafter(1.0, 0.0);
  for (const auto& config :
       {SamplingConfig{}, SamplingConfig{.temperature = 0.0}, SamplingConfig{.top_k = 38},
        SamplingConfig{.top_p = 0.99}, SamplingConfig{.min_p = 0.01}})
    for (const double uniform : {0.0, 1e-300, 0.5, below_one}) {
      const auto token =
          sample_tokens(row_of(logits), at::tensor({uniform}, at::kDouble), config).item<int64_t>();
      EXPECT_TRUE(std::isfinite(logits[static_cast<size_t>(token)])) << token << " at " << uniform;
    }
}

TEST(SampleTokens, ARowDoesNotDependOnTheOthers) {
  constexpr int64_t kRows = 17;
  std::vector<at::Tensor> rows;
  std::vector<double> uniforms;
  for (int64_t i = 0; i < kRows; ++i) {
    rows.push_back(row_of(random_logits(static_cast<uint64_t>(i) + 100, 300)));
    uniforms.push_back((static_cast<double>(i) + 0.3) / kRows);
  }
  for (const auto& config :
       {SamplingConfig{},
        SamplingConfig{.temperature = 0.7, .top_k = 50, .top_p = 0.9, .min_p = 0.02}}) {
    const auto together = sample_tokens(at::cat(rows), at::tensor(uniforms, at::kDouble), config);
    for (int64_t i = 0; i < kRows; ++i)
      EXPECT_EQ(sample_tokens(rows[static_cast<size_t>(i)],
                              at::tensor({uniforms[static_cast<size_t>(i)]}, at::kDouble), config)
                    .item<int64_t>(),
                together[i].item<int64_t>())
          << i;
  }
}

TEST(SampleTokens, OneUniformPerRow) {
  EXPECT_THROW(sample_tokens(at::zeros({2, 3}), at::tensor({0.5}, at::kDouble), {}), ContractError);
}

}  // namespace
}  // namespace vrlt::rollout
