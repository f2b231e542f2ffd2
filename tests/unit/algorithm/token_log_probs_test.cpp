#include "vrlt/algorithm/token_log_probs.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace vrlt::algorithm {

// The plain graph is the reference; a chunk size that does not divide N covers the last, shorter chunk.
TEST(TokenLogProbs, EqualsThePlainGraphInValueAndGradient) {
  at::manual_seed(1);
  const auto hidden = at::randn({13, 6}).requires_grad_(), head = at::randn({31, 6}).requires_grad_();
  const auto ids = at::randint(31, {13}, at::kLong);
  const auto weights = at::randn({13});
  const double temperature = 0.7;

  const auto logits = at::linear(hidden, head) / temperature;
  const auto reference = logits.log_softmax(-1);
  const auto expected = reference.gather(1, ids.unsqueeze(1)).squeeze(1);
  (expected * weights).sum().backward();
  const auto expected_hidden_grad = hidden.grad().clone(), expected_head_grad = head.grad().clone();
  hidden.mutable_grad() = at::Tensor();
  head.mutable_grad() = at::Tensor();

  const auto actual = token_log_probs(hidden, head, ids, temperature, /*chunk_size=*/5);
  (actual.log_probs * weights).sum().backward();
  EXPECT_TRUE(at::allclose(actual.log_probs, expected, 0, 1e-5));
  EXPECT_TRUE(at::allclose(actual.entropy, -(reference.exp() * reference).sum(-1), 0, 1e-5));
  EXPECT_FALSE(actual.entropy.requires_grad());
  EXPECT_TRUE(at::allclose(hidden.grad(), expected_hidden_grad, 1e-4, 1e-5));
  EXPECT_TRUE(at::allclose(head.grad(), expected_head_grad, 1e-4, 1e-5));
}

}  // namespace vrlt::algorithm
