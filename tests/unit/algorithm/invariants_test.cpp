// The invariants (docs/spec/grpo.md#invariants) that hold for the pure functions alone. In float64
// on a small differentiable policy; tolerances are the rounding of sums in another order.

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "tests/support/grpo_fixture.h"
#include "tests/support/toy_policy.h"
#include "vrlt/algorithm/importance_ratio.h"
#include "vrlt/algorithm/loss_table.h"
#include "vrlt/algorithm/objective.h"
#include "vrlt/algorithm/reference_sync.h"
#include "vrlt/algorithm/reward_composition.h"

namespace vrlt::algorithm {
namespace {

using test::RecordedBatch;
using test::ToyPolicy;

constexpr double kRounding = 1e-12;

/// A policy that moved away from the one that sampled, which had moved away from the reference.
class Invariants : public ::testing::Test {
 protected:
  ToyPolicy policy_{1}, old_{2}, reference_{3}, sampler_{4};
  RecordedBatch recorded_;
  mutable std::map<const ToyPolicy*, std::vector<at::Tensor>> near_;

  std::vector<size_t> all_rows() const {
    std::vector<size_t> rows(recorded_.lengths.size());
    std::iota(rows.begin(), rows.end(), size_t{0});
    return rows;
  }

  TokenLogProbs log_probs(const ToyPolicy& policy, const std::vector<size_t>& rows,
                          double temperature = 1.0) const {
    std::vector<int64_t> prompts;
    std::vector<at::Tensor> responses;
    for (const size_t row : rows) {
      prompts.push_back(recorded_.prompts[row]);
      responses.push_back(recorded_.responses[row]);
    }
    return policy(prompts, responses, temperature);
  }

  TokenBatch batch(const std::vector<size_t>& rows, bool with_reference = false) const {
    const auto advantages = recorded_.advantages();
    const auto current = log_probs(policy_, rows);
    std::vector<double> of_tokens;
    TokenBatch tokens{.log_probs = current.log_probs,
                      .old_log_probs = near(old_, rows),
                      .entropy = current.entropy};
    if (with_reference) tokens.ref_log_probs = near(reference_, rows);
    tokens.sampler_log_probs = near(sampler_, rows);
    for (const size_t row : rows) {
      tokens.row_lengths.push_back(recorded_.lengths[row]);
      of_tokens.insert(of_tokens.end(), static_cast<size_t>(recorded_.lengths[row]),
                       advantages[row]);
    }
    tokens.advantages = at::tensor(of_tokens, at::kDouble);
    return tokens;
  }

  /// A tenth of the way to another policy: ratios between 0.5 and 2. Computed once, for all rows.
  at::Tensor near(const ToyPolicy& other, const std::vector<size_t>& rows) const {
    auto& of_rows = near_[&other];
    if (of_rows.empty()) {
      const at::NoGradGuard no_grad;
      const auto here = log_probs(policy_, all_rows()).log_probs;
      of_rows = (here + 0.1 * (log_probs(other, all_rows()).log_probs - here))
                    .split_with_sizes(recorded_.lengths);
    }
    std::vector<at::Tensor> parts;
    for (const size_t row : rows) parts.push_back(of_rows[row]);
    return at::cat(parts);
  }

  at::Tensor gradient(const TokenBatch& tokens, const StepCounts& counts,
                      const ObjectiveConfig& config) const {
    objective(tokens, counts, config).loss.backward();
    return policy_.take_gradient();
  }
  at::Tensor gradient(const TokenBatch& tokens, const ObjectiveConfig& config) const {
    return gradient(tokens, counts_of(tokens.row_lengths, config.aggregation), config);
  }

  static double largest(const at::Tensor& values) { return values.abs().max().item<double>(); }
  static void expect_same(const at::Tensor& a, const at::Tensor& b, const std::string& what) {
    EXPECT_LE(largest(a - b), kRounding * std::max(1.0, largest(a))) << what;
  }

  static ObjectiveConfig config_of(const char* aggregation, const PolicyLossConfig& loss = {}) {
    return {.policy_loss = loss,
            .aggregation = {.mode = aggregation, .const_length = 8},
            .correction = {.mode = "none"}};
  }
};

/// Every loss with every ratio and aggregation that the tables allow.
std::vector<ObjectiveConfig> all_combinations() {
  std::vector<ObjectiveConfig> configs;
  for (const auto& loss : loss_table())
    for (const auto& ratio : ratio_table())
      for (const auto& mode : aggregation_table()) {
        if (loss.ratio != nullptr && std::string(loss.ratio) != ratio.name) continue;
        if (loss.aggregation != nullptr && std::string(loss.aggregation) != mode.name) continue;
        configs.push_back({.policy_loss = {.loss = loss.name,
                                           .ratio = ratio.name,
                                           .ratio_max = 1.5,
                                           .cispo_cap = 2.0},
                           .aggregation = {.mode = mode.name, .const_length = 8},
                           .correction = {.mode = "token_truncate"}});
      }
  return configs;
}

std::string described(const ObjectiveConfig& config) {
  return config.policy_loss.loss + " " + config.policy_loss.ratio + " " + config.aggregation.mode;
}

TEST_F(Invariants, AtTheReferenceTheDivergenceIsZero) {
  for (const auto& estimator : kl_table()) {
    // its value is 0 too, its gradient is the constant 1
    if (std::string(estimator.name) == "k1") continue;
    auto tokens = batch(all_rows());
    auto config = config_of("token_mean");
    const auto without = objective(tokens, counts_of(tokens.row_lengths, {}), config);
    const auto plain = gradient(batch(all_rows()), config);
    tokens.ref_log_probs = tokens.log_probs.detach();
    config.kl = {.coef = 0.5, .estimator = estimator.name};
    const auto with = objective(tokens, counts_of(tokens.row_lengths, {}), config);
    EXPECT_EQ(with.kl.item<double>(), 0.0) << estimator.name;
    EXPECT_EQ(with.loss.item<double>(), without.loss.item<double>()) << estimator.name;
    with.loss.backward();
    EXPECT_TRUE(at::equal(policy_.take_gradient(), plain)) << estimator.name;
  }
  auto tokens = batch(all_rows());
  EXPECT_EQ(
      largest(kl_divergence(tokens.log_probs, tokens.log_probs.detach(), {.estimator = "k1"})),
      0.0);
}

TEST_F(Invariants, AtRatioOneTheGradientIsThatOfReinforce) {
  for (const auto& mode : aggregation_table()) {
    auto tokens = batch(all_rows());
    const auto reinforce = gradient(tokens, config_of(mode.name, {.loss = "reinforce"}));
    for (const double width : {0.0, 0.1, 0.2}) {
      tokens = batch(all_rows());
      tokens.old_log_probs = tokens.log_probs.detach();
      expect_same(gradient(tokens, config_of(mode.name,
                                             {.clip_ratio_low = width, .clip_ratio_high = width})),
                  reinforce, mode.name);
    }
  }
}

TEST_F(Invariants, AdvantagesOfAGroupSumToZero) {
  for (const char* estimator : {"group_std", "none", "rloo"}) {
    const auto advantages = group_advantages(recorded_.rewards, 3, {.estimator = estimator});
    for (size_t begin = 0; begin < 12; begin += 3)
      EXPECT_NEAR(advantages[begin] + advantages[begin + 1] + advantages[begin + 2], 0.0, kRounding)
          << estimator;
  }
  // The std of group_std advantages is std / (std + epsilon).
  const auto advantages = group_advantages(recorded_.rewards, 3, {.epsilon = 0.1});
  for (const size_t begin : {0, 6, 9}) {
    const double std = moments(std::span(recorded_.rewards).subspan(begin, 3)).std;
    EXPECT_NEAR(moments(std::span(advantages).subspan(begin, 3)).std, std / (std + 0.1), kRounding);
  }
}

TEST_F(Invariants, OnRowsOfOneLengthTheAggregationsAgree) {
  for (int64_t length : {1, 3}) {
    for (auto& response : recorded_.responses) response = at::arange(length, at::kLong);
    recorded_.lengths.assign(12, length);
    near_.clear();
    const auto token_mean = gradient(batch(all_rows()), config_of("token_mean"));
    EXPECT_GT(largest(token_mean), 1e-3);
    const auto t = static_cast<double>(length);
    expect_same(gradient(batch(all_rows()), config_of("seq_mean_token_mean")), token_mean,
                "seq_mean_token_mean");
    expect_same(gradient(batch(all_rows()), config_of("seq_mean_token_sum")) / t, token_mean,
                "seq_mean_token_sum");
    expect_same(gradient(batch(all_rows()), config_of("const")) * 8.0 / t, token_mean, "const");
  }
}

TEST_F(Invariants, AtRatioOneTheLossIsMinusTheWeightedMeanOfTheAdvantages) {
  const auto value = [&](const char* aggregation) {
    auto tokens = batch(all_rows());
    tokens.old_log_probs = tokens.log_probs.detach();
    return objective(tokens, counts_of(tokens.row_lengths, {}), config_of(aggregation))
        .loss.item<double>();
  };
  double expected = 0;
  const auto advantages = recorded_.advantages();
  for (size_t i = 0; i < advantages.size(); ++i)
    expected -= advantages[i] * static_cast<double>(recorded_.lengths[i]) /
                static_cast<double>(recorded_.num_tokens());
  EXPECT_NEAR(value("seq_mean_token_mean"), 0.0, kRounding) << "the advantages of a group cancel";
  EXPECT_NEAR(value("token_mean"), expected, kRounding);
  EXPECT_GT(std::abs(expected), 0.01);
}

TEST_F(Invariants, WithoutASignalTheGradientIsThatOfTheDivergence) {
  recorded_.rewards.assign(12, 0.7);
  for (auto config : all_combinations()) {
    EXPECT_TRUE(at::equal(gradient(batch(all_rows()), config),
                          at::zeros({32 * 16 * 2 + 16 * 16 * 2}, at::kDouble)))
        << described(config);
    config.kl.coef = 0.04;
    const auto both = gradient(batch(all_rows(), true), config);
    // The divergence alone: the same tokens with a loss that is 0 by its advantages.
    auto alone = config;
    alone.policy_loss = {.loss = "reinforce"};
    EXPECT_TRUE(at::equal(both, gradient(batch(all_rows(), true), alone))) << described(config);
    EXPECT_GT(largest(both), 1e-6);
  }
}

TEST_F(Invariants, MicroBatchesAddUpToTheGradientOfTheWhole) {
  auto shuffled = all_rows();
  std::reverse(shuffled.begin() + 1, shuffled.end() - 3);
  for (auto config : all_combinations()) {
    // a mean of means is another gradient
    if (config.aggregation.mode == "local_token_mean") continue;
    config.kl.coef = 0.04;
    config.entropy.coef = 0.01;
    const auto counts = counts_of(recorded_.lengths, config.aggregation);
    const auto whole = gradient(batch(all_rows(), true), counts, config);
    EXPECT_GT(largest(whole), 1e-4) << described(config);
    for (const auto& rows : {all_rows(), shuffled})
      for (const size_t num_micro : {1, 2, 3, 6}) {
        auto sum = at::zeros_like(whole);
        for (size_t begin = 0; begin < 12; begin += 12 / num_micro) {
          const std::vector<size_t> part(
              rows.begin() + static_cast<int64_t>(begin),
              rows.begin() + static_cast<int64_t>(begin + 12 / num_micro));
          sum += gradient(batch(part, true), counts, config);
        }
        expect_same(sum, whole, described(config));
      }
  }
}

TEST_F(Invariants, PaddingChangesNothing) {
  for (auto config : all_combinations()) {
    config.kl.coef = 0.04;
    auto tokens = batch(all_rows(), true);
    tokens.entropy = at::Tensor();
    const auto counts = counts_of(tokens.row_lengths, config.aggregation);
    tokens.log_probs = tokens.log_probs.detach().requires_grad_();
    const auto plain = objective(tokens, counts, config).loss;
    plain.backward();
    for (const int64_t width : {8, 13})
      for (const double garbage : {7.0, std::numeric_limits<double>::quiet_NaN(),
                                   std::numeric_limits<double>::infinity()}) {
        at::Tensor mask;
        const auto padded = test::GrpoFixture::padded(tokens, width, garbage, &mask);
        const auto loss = objective(masked(padded, mask), counts, config).loss;
        loss.backward();
        EXPECT_EQ(loss.item<double>(), plain.item<double>()) << described(config);
        EXPECT_TRUE(at::equal(padded.log_probs.grad().masked_select(mask), tokens.log_probs.grad()))
            << described(config);
        EXPECT_EQ(largest(padded.log_probs.grad().masked_select(mask.logical_not())), 0.0)
            << described(config);
      }
  }
}

TEST_F(Invariants, TemperatureDividesTheLogits) {
  // The logits of a policy whose head is divided by the temperature are the logits divided by it.
  ToyPolicy cooled(1);
  {
    const at::NoGradGuard no_grad;
    auto head = cooled.parameters().back().second;
    head.div_(0.7);
  }
  const auto divided = log_probs(cooled, all_rows(), 1.0),
             at_temperature = log_probs(policy_, all_rows(), 0.7);
  EXPECT_LE(largest(divided.log_probs - at_temperature.log_probs), kRounding * 10);
  EXPECT_LE(largest(divided.entropy - at_temperature.entropy), kRounding * 10);
}

TEST_F(Invariants, ATruncatedRowHasNoGradientAndKeepsItsPlaceInTheGroup) {
  for (const auto& config : all_combinations()) {
    auto tokens = batch(all_rows());
    tokens.log_probs = tokens.log_probs.detach().requires_grad_();
    std::vector<double> counts_of_row(12, 1.0);
    counts_of_row[RecordedBatch::kTruncatedRow] = 0.0;
    const auto mask =
        per_token(at::tensor(counts_of_row, at::kDouble), tokens.row_lengths).to(at::kBool);
    const auto kept = masked(tokens, mask);
    EXPECT_EQ(kept.row_lengths[RecordedBatch::kTruncatedRow], 0);
    objective(kept, counts_of(kept.row_lengths, config.aggregation), config).loss.backward();
    const auto of_rows = row_sums(tokens.log_probs.grad().abs(), tokens.row_lengths);
    EXPECT_EQ(of_rows[RecordedBatch::kTruncatedRow].item<double>(), 0.0) << described(config);
    EXPECT_GT(of_rows.sum().item<double>(), 0.0) << described(config);
    // Advantages come from the rewards of the whole group, the truncated response's too.
    EXPECT_TRUE(at::equal(kept.advantages, tokens.advantages.masked_select(mask)));
  }
}

/// Gradient of one token's loss by its log-prob.
double slope(const PolicyLossConfig& config, double ratio, double advantage) {
  TokenBatch token{.log_probs = at::full({1}, std::log(ratio) - 1.0, at::kDouble).requires_grad_(),
                   .old_log_probs = at::full({1}, -1.0, at::kDouble),
                   .advantages = at::full({1}, advantage, at::kDouble),
                   .row_lengths = {1}};
  find_loss(config.loss).loss(token, config).sum().backward();
  return token.log_probs.grad().item<double>();
}

TEST_F(Invariants, NoGradientWhereTheClipBites) {
  for (const char* loss : {"ppo_clip", "ppo_two_sided", "ppo_dual_clip"}) {
    const PolicyLossConfig config{.loss = loss,
                                  .clip_ratio_low = 0.2,
                                  .clip_ratio_high = 0.28,
                                  .ratio_max = 3.0,
                                  .dual_clip = 3.0};
    EXPECT_EQ(slope(config, 1.3, 2.0), 0.0) << loss;
    EXPECT_EQ(slope(config, 0.7, -2.0), 0.0) << loss;
    EXPECT_NEAR(slope(config, 1.27, 2.0), -2.0 * 1.27, kRounding) << loss;
    EXPECT_NEAR(slope(config, 0.81, -2.0), 2.0 * 0.81, kRounding) << loss;
    // A bad step can always be taken back.
    EXPECT_NEAR(slope(config, 0.7, 2.0), -2.0 * 0.7, kRounding) << loss;
    EXPECT_NEAR(slope(config, 1.3, -2.0), 2.0 * 1.3, kRounding) << loss;
  }
  // Unless it is a very bad one and the second bound is on.
  EXPECT_NEAR(slope({}, 3.5, -2.0), 2.0 * 3.5, kRounding);
  EXPECT_EQ(slope({.loss = "ppo_dual_clip"}, 3.5, -2.0), 0.0);
  EXPECT_EQ(slope({.loss = "ppo_two_sided", .ratio_max = 3.0}, 3.5, -2.0), 0.0);
}

TEST_F(Invariants, SequenceAndGspoTokenAgreeUnderSequenceMeans) {
  for (const double width : {3e-4, 0.05, 0.2}) {
    const auto config = [&](const char* ratio) {
      return config_of("seq_mean_token_mean",
                       {.ratio = ratio, .clip_ratio_low = width, .clip_ratio_high = width});
    };
    const auto counts = counts_of(recorded_.lengths, {});
    const auto sequence = objective(batch(all_rows()), counts, config("sequence")),
               token = objective(batch(all_rows()), counts, config("gspo_token"));
    EXPECT_NEAR(sequence.loss.item<double>(), token.loss.item<double>(), kRounding);
    sequence.loss.backward();
    const auto of_sequence = policy_.take_gradient();
    token.loss.backward();
    expect_same(policy_.take_gradient(), of_sequence, "gradient");
    EXPECT_GT(largest(of_sequence), 1e-4);
  }
}

TEST_F(Invariants, CorrectionIsOneWhereSamplerAndUpdateAgreeAndNeverTouchesTheDivergence) {
  for (const auto& entry : correction_table()) {
    auto tokens = batch(all_rows(), true);
    tokens.sampler_log_probs = tokens.old_log_probs;
    const auto weights = correction_weights(tokens, {.mode = entry.name});
    EXPECT_TRUE(at::equal(weights, at::ones_like(weights))) << entry.name;
    tokens = batch(all_rows(), true);
    EXPECT_FALSE(correction_weights(tokens, {.mode = entry.name}).requires_grad()) << entry.name;
    // With no advantages the loss is the divergence alone, whatever the weights.
    tokens.advantages = at::zeros_like(tokens.advantages);
    auto config = config_of("token_mean");
    config.kl.coef = 0.5;
    const auto plain = gradient(tokens, config);
    tokens.log_probs = log_probs(policy_, all_rows()).log_probs;
    config.correction = {.mode = entry.name, .max_weight = 1.0001};
    EXPECT_TRUE(at::equal(gradient(tokens, config), plain)) << entry.name;
  }
}

TEST_F(Invariants, FactorsOfTheSurrogateDoNotChangeTheDenominators) {
  auto tokens = batch(all_rows(), true);
  auto config = config_of("token_mean");
  config.kl.coef = 0.5;
  tokens.surrogate_mask = at::zeros({recorded_.num_tokens()}, at::kBool);
  const auto result = objective(tokens, counts_of(recorded_.lengths, {}), config);
  EXPECT_EQ(result.policy.item<double>(), 0.0);
  EXPECT_NEAR(result.kl.item<double>(),
              kl_divergence(tokens.log_probs, tokens.ref_log_probs).mean().item<double>(),
              kRounding);
}

TEST_F(Invariants, AdvantagesFollowAPermutationInsideTheGroup) {
  const auto permute = [](const auto& values) {
    auto permuted = values;
    for (size_t begin = 0; begin < values.size(); begin += 3)
      std::rotate(permuted.begin() + static_cast<int64_t>(begin),
                  permuted.begin() + static_cast<int64_t>(begin + 1),
                  permuted.begin() + static_cast<int64_t>(begin + 3));
    return permuted;
  };
  for (const auto& entry : advantage_table()) {
    const AdvantageConfig config{.estimator = entry.name};
    const auto expected =
        permute(group_advantages(recorded_.rewards, 3, config, recorded_.lengths));
    const auto actual =
        group_advantages(permute(recorded_.rewards), 3, config, permute(recorded_.lengths));
    for (size_t i = 0; i < 12; ++i) EXPECT_NEAR(actual[i], expected[i], kRounding) << entry.name;
  }
  for (const auto& entry : composition_table()) {
    ComponentRewards rewards{
        .terms = {{0.5, recorded_.rewards}, {0.5, {1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 0, 1}}}};
    const auto expected = permute(composed_advantages(rewards, 3, {.composition = entry.name}));
    for (auto& term : rewards.terms) term.values = permute(term.values);
    const auto actual = composed_advantages(rewards, 3, {.composition = entry.name});
    for (size_t i = 0; i < 12; ++i) EXPECT_NEAR(actual[i], expected[i], kRounding) << entry.name;
  }
}

TEST_F(Invariants, ReferenceSyncMixesTheWeightsByItsShare) {
  const auto policy = test::GrpoFixture::tensor({1.0, -2.0}),
             start = test::GrpoFixture::tensor({3.0, 4.0});
  const auto blended = [&](double alpha) {
    auto reference = start.clone();
    blend_(reference, policy, alpha);
    return reference;
  };
  EXPECT_TRUE(at::equal(blended(1.0), policy));
  EXPECT_TRUE(at::equal(blended(0.0), start));
  // 0.4 * 3 + 0.6 * 1 = 1.8; 0.4 * 4 - 0.6 * 2 = 0.4
  EXPECT_TRUE(at::allclose(blended(0.6), test::GrpoFixture::tensor({1.8, 0.4}), 0, kRounding));
}

TEST_F(Invariants, MinusTheMeanLogProbIsCrossEntropy) {
  auto generator = at::detail::createCPUGenerator(14);
  const auto hidden = at::empty({7, 4}, at::kDouble).normal_(0, 1, generator),
             head = at::empty({15, 4}, at::kDouble).normal_(0, 1, generator);
  const auto ids = at::randint(15, {7}, generator, at::kLong);
  const auto cross_entropy = at::cross_entropy_loss(at::linear(hidden, head), ids);
  EXPECT_NEAR(-token_log_probs(hidden, head, ids, 1.0).log_probs.mean().item<double>(),
              cross_entropy.item<double>(), kRounding);
}

}  // namespace
}  // namespace vrlt::algorithm
