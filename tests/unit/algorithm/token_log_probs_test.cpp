#include "vrlt/algorithm/token_log_probs.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "tests/support/worst.h"
#include "vrlt/core/error.h"

namespace vrlt::algorithm {
namespace {

at::Tensor random(at::IntArrayRef shape, uint64_t seed) {
  auto generator = at::detail::createCPUGenerator(seed);
  return at::empty(shape, at::kFloat).normal_(0.0, 1.0, generator);
}

at::Tensor random_ids(int64_t count, int64_t below, uint64_t seed) {
  auto generator = at::detail::createCPUGenerator(seed);
  return at::randint(below, {count}, generator, at::kLong);
}

void expect_near(const at::Tensor& actual, const at::Tensor& expected, const char* quantity,
                 double tolerance) {
  const double difference =
      (actual.to(at::kDouble) - expected.to(at::kDouble)).abs().max().item<double>();
  test::Worst::note(quantity, difference);
  EXPECT_LE(difference, tolerance) << quantity;
}

struct Case {
  std::string name;
  int64_t chunk_size;
  double temperature;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class ChunkedTokenLogProbs : public ::testing::TestWithParam<Case> {};

// The plain graph in float64 is the reference; logits of up to 30 in float32 are good to 2e-6 each.
TEST_P(ChunkedTokenLogProbs, EqualThePlainGraphInFloat64) {
  const auto hidden = (2.0 * random({13, 6}, 1)).requires_grad_(),
             head = random({31, 6}, 2).requires_grad_();
  const auto ids = random_ids(13, 31, 3);
  const auto weights = random({13}, 4);
  const double temperature = GetParam().temperature;

  const auto hidden64 = hidden.detach().to(at::kDouble).requires_grad_(),
             head64 = head.detach().to(at::kDouble).requires_grad_();
  const auto reference = (at::linear(hidden64, head64) / temperature).log_softmax(-1);
  const auto expected = reference.gather(1, ids.unsqueeze(1)).squeeze(1);
  (expected * weights.to(at::kDouble)).sum().backward();

  const auto actual = token_log_probs(hidden, head, ids, temperature, GetParam().chunk_size);
  (actual.log_probs * weights).sum().backward();
  EXPECT_EQ(actual.log_probs.scalar_type(), at::kFloat);
  EXPECT_FALSE(actual.entropy.requires_grad()) << "unless asked for";
  expect_near(actual.log_probs, expected, "log-probs", 2e-5);
  expect_near(actual.entropy, -(reference.exp() * reference).sum(-1), "entropy", 2e-5);
  expect_near(hidden.grad(), hidden64.grad(), "gradient of hidden", 2e-5);
  expect_near(head.grad(), head64.grad(), "gradient of head", 2e-5);
}

TEST_P(ChunkedTokenLogProbs, EntropyHasTheGradientOfThePlainGraph) {
  const auto hidden = (2.0 * random({13, 6}, 1)).requires_grad_(),
             head = random({31, 6}, 2).requires_grad_();
  const auto ids = random_ids(13, 31, 3);
  const auto weights = random({13}, 4), entropy_weights = random({13}, 5);
  const auto hidden64 = hidden.detach().to(at::kDouble).requires_grad_(),
             head64 = head.detach().to(at::kDouble).requires_grad_();
  const auto reference = (at::linear(hidden64, head64) / GetParam().temperature).log_softmax(-1);
  const auto entropy = -(reference.exp() * reference).sum(-1);
  (reference.gather(1, ids.unsqueeze(1)).squeeze(1) * weights.to(at::kDouble) +
   entropy * entropy_weights.to(at::kDouble))
      .sum()
      .backward();
  const auto actual = token_log_probs(hidden, head, ids, GetParam().temperature,
                                      GetParam().chunk_size, /*entropy_gradient=*/true);
  (actual.log_probs * weights + actual.entropy * entropy_weights).sum().backward();
  expect_near(hidden.grad(), hidden64.grad(), "entropy: gradient of hidden", 1e-4);
  expect_near(head.grad(), head64.grad(), "entropy: gradient of head", 1e-4);
}

INSTANTIATE_TEST_SUITE_P(Chunks, ChunkedTokenLogProbs,
                         ::testing::Values(Case{"one_by_one", 1, 1.0},
                                           Case{"last_chunk_shorter", 5, 1.0},
                                           Case{"exactly_all", 13, 1.0},
                                           Case{"more_than_all", 1024, 1.0}, Case{"cold", 5, 0.7},
                                           Case{"hot", 4, 1.9}),
                         [](const auto& info) { return info.param.name; });

// More ids than go through one tile, 512, with labels at the edges; the likeliest id is in the
// first, a middle or the last tile.
TEST(TokenLogProbs, TilesOfALargeVocabularyAddUp) {
  const int64_t size = 9001;
  const auto hidden = random({5, 6}, 1).to(at::kDouble).requires_grad_(),
             head = random({size, 6}, 2).to(at::kDouble).requires_grad_();
  const auto ids = at::tensor({0, 511, 512, 8191, 9000}, at::kLong);
  const auto weights = random({5}, 4).to(at::kDouble),
             entropy_weights = random({5}, 5).to(at::kDouble);
  const auto logits = at::linear(hidden, head) / 0.9;
  const auto reference = logits.log_softmax(-1);
  const auto expected = reference.gather(1, ids.unsqueeze(1)).squeeze(1),
             entropy = -(reference.exp() * reference).sum(-1);
  ((expected * weights).sum() + (entropy * entropy_weights).sum()).backward();
  const auto of_hidden = hidden.grad().clone(), of_head = head.grad().clone();
  hidden.mutable_grad() = head.mutable_grad() = at::Tensor();

  const auto actual =
      token_log_probs(hidden, head, ids, 0.9, /*chunk_size=*/2, /*entropy_gradient=*/true);
  ((actual.log_probs * weights).sum() + (actual.entropy * entropy_weights).sum()).backward();
  expect_near(actual.log_probs, expected, "tiles: log-probs", 1e-12);
  expect_near(actual.entropy, entropy, "tiles: entropy", 1e-12);
  expect_near(hidden.grad(), of_hidden, "tiles: gradient of hidden", 1e-12);
  expect_near(head.grad(), of_head, "tiles: gradient of head", 1e-12);
}

TEST(TokenLogProbs, ATiedHeadGetsBothGradients) {
  // hidden = embedding rows: the same tensor is looked up and projected on.
  const auto ids = random_ids(9, 20, 5), inputs = random_ids(9, 20, 6);
  const auto table = random({20, 6}, 7).requires_grad_(),
             table64 = table.detach().to(at::kDouble).requires_grad_();
  token_log_probs(at::tanh(at::embedding(table, inputs)), table, ids, 0.8, 4)
      .log_probs.sum()
      .backward();
  const auto plain =
      (at::linear(at::tanh(at::embedding(table64, inputs)), table64) / 0.8).log_softmax(-1);
  plain.gather(1, ids.unsqueeze(1)).sum().backward();
  expect_near(table.grad(), table64.grad(), "gradient of tied head", 1e-5);
}

TEST(TokenLogProbs, AFrozenHeadGetsNone) {
  const auto hidden = random({3, 4}, 8).requires_grad_(), head = random({5, 4}, 9);
  token_log_probs(hidden, head, random_ids(3, 5, 10), 1.0).log_probs.sum().backward();
  EXPECT_TRUE(hidden.grad().defined());
  EXPECT_FALSE(head.grad().defined());
}

TEST(TokenLogProbs, LargeLogitsStayFinite) {
  const auto hidden = (1e4 * random({3, 4}, 17)).requires_grad_(),
             head = random({9, 4}, 18).requires_grad_();
  const auto result = token_log_probs(hidden, head, random_ids(3, 9, 19), 1.0);
  result.log_probs.sum().backward();
  for (const auto& tensor : {result.log_probs, result.entropy, hidden.grad(), head.grad()})
    EXPECT_TRUE(tensor.isfinite().all().item<bool>());
}

TEST(TokenLogProbs, Bfloat16WeightsAreNormalisedInFloat32) {
  // The products are rounded to bfloat16 (3 digits), the normaliser is not: probabilities of all
  // tokens still sum to 1.
  const auto hidden = random({1, 8}, 20).to(at::kBFloat16),
             head = random({300, 8}, 21).to(at::kBFloat16);
  const auto log_probs =
      token_log_probs(hidden.expand({300, 8}), head, at::arange(300, at::kLong), 1.0).log_probs;
  EXPECT_EQ(log_probs.scalar_type(), at::kFloat);
  EXPECT_NEAR(log_probs.to(at::kDouble).exp().sum().item<double>(), 1.0, 1e-5);
}

TEST(TokenLogProbs, WrongCallsAreRefused) {
  const auto hidden = at::zeros({2, 3}), head = at::zeros({4, 3});
  EXPECT_THROW(token_log_probs(hidden, head, at::zeros({3}, at::kLong), 1.0), ContractError);
  EXPECT_THROW(token_log_probs(hidden, head, at::zeros({2}, at::kLong), 0.0), ContractError);
  EXPECT_THROW(token_log_probs(hidden, head, at::zeros({2}, at::kLong), 1.0, 0), ContractError);
}

}  // namespace
}  // namespace vrlt::algorithm
