#include "algorithm/vocabulary_tile.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <limits>

namespace vrlt::algorithm {
namespace {

// Widths that are and are not multiples of a vector, and a single column.
const std::vector<int64_t> kWidths = {64, 37, 1, 512, 100};
constexpr int64_t kTokens = 70, kVocabulary = 714;

at::Tensor random(at::IntArrayRef shape, uint64_t seed) {
  auto generator = at::detail::createCPUGenerator(seed);
  return at::empty(shape, at::kFloat).normal_(0.0, 1.0, generator);
}

/// Logits of a standard deviation of 6: the normalisers are about 20, the log-probs from 0 to -40.
at::Tensor some_logits() { return 6.0 * random({kTokens, kVocabulary}, 1); }

/// Labels at the edges of all tiles, among others.
at::Tensor some_labels() {
  auto labels = (at::arange(kTokens, at::kLong) * 31).remainder(kVocabulary);
  int64_t row = 0, begin = 0;
  for (const int64_t width : kWidths) {
    labels[row++] = begin;
    begin += width;
    labels[row++] = begin - 1;
  }
  return labels;
}

VocabularySums sums_of(const at::Tensor& logits, const at::Tensor& labels, double temperature) {
  const auto sums = running_sums(labels, temperature, logits.options());
  int64_t begin = 0;
  for (const int64_t width : kWidths) {
    auto tile = logits.narrow(1, begin, width).clone(at::MemoryFormat::Contiguous);
    sums->add(tile, begin);
    begin += width;
  }
  return sums->result();
}

at::Tensor gradient_of(const at::Tensor& logits, const LogitGradient& gradient) {
  std::vector<at::Tensor> tiles;
  int64_t begin = 0;
  for (const int64_t width : kWidths) {
    auto tile = logits.narrow(1, begin, width).clone(at::MemoryFormat::Contiguous);
    gradient.apply_(tile, begin);
    tiles.push_back(tile);
    begin += width;
  }
  return at::cat(tiles, 1);
}

/// | actual - expected | <= tolerance (1 + |expected|)
void expect_close(const at::Tensor& actual, const at::Tensor& expected, double tolerance,
                  const char* quantity) {
  const auto difference = (actual.to(at::kDouble) - expected).abs() / (1.0 + expected.abs());
  EXPECT_LE(difference.max().item<double>(), tolerance) << quantity;
}

class FusedVocabularyTile : public ::testing::TestWithParam<double> {};

// The reference is LibTorch's log_softmax of the same logits in float64. A float32 number has a
// relative rounding of 6e-8.
TEST_P(FusedVocabularyTile, SumsEqualLogSoftmaxInFloat64) {
  const auto logits = some_logits(), labels = some_labels();
  const auto actual = sums_of(logits, labels, GetParam());
  const auto scaled = logits.to(at::kDouble) / GetParam(), reference = scaled.log_softmax(-1);
  EXPECT_EQ(actual.log_probs.scalar_type(), at::kFloat);
  expect_close(actual.log_probs, reference.gather(1, labels.unsqueeze(1)).squeeze(1), 1e-6,
               "log-probs");
  expect_close(actual.normalizers, scaled.logsumexp(-1), 1e-6, "normalisers");
  expect_close(actual.entropies, -(reference.exp() * reference).sum(-1), 2e-6, "entropies");
}

// The operators' path in float64 is the twin. A normaliser of about 20 is rounded by up to 1e-6,
// which is the relative error of e^it.
TEST_P(FusedVocabularyTile, GradientsEqualThoseOfTheOperators) {
  const auto logits = some_logits(), labels = some_labels();
  const auto sums = sums_of(logits, labels, GetParam());
  for (const bool with_entropy : {false, true}) {
    LogitGradient gradient{.temperature = GetParam(),
                           .labels = labels,
                           .normalizers = sums.normalizers,
                           .entropies = sums.entropies,
                           .of_log_probs = random({kTokens}, 2),
                           .of_entropy = with_entropy ? random({kTokens}, 3) : at::Tensor()};
    const auto actual = gradient_of(logits, gradient);
    for (auto* tensor :
         {&gradient.normalizers, &gradient.entropies, &gradient.of_log_probs, &gradient.of_entropy})
      if (tensor->defined()) *tensor = tensor->to(at::kDouble);
    const auto expected = gradient_of(logits.to(at::kDouble), gradient);
    const auto relative = (actual.to(at::kDouble) - expected).norm() / expected.norm();
    EXPECT_LE(relative.item<double>(), 1e-6) << "entropy " << with_entropy;
    EXPECT_LE((actual.to(at::kDouble) - expected).abs().max().item<double>(), 1e-5)
        << "entropy " << with_entropy;
  }
}

INSTANTIATE_TEST_SUITE_P(Temperatures, FusedVocabularyTile, ::testing::Values(1.0, 0.7, 1.9));

TEST(VocabularyTile, LogitsFarApartNeitherOverflowNorMakeNaN) {
  // One id takes everything, first or last: its log-prob is 0 and the entropy is 0; the other's is
  // the difference.
  for (const double sign : {1.0, -1.0}) {
    auto tile = at::zeros({1, 2});
    tile[0][0] = sign * 1e30;
    const auto sums = running_sums(at::tensor({sign > 0 ? 0 : 1}, at::kLong), 1.0, tile.options());
    sums->add(tile, 0);
    const auto result = sums->result();
    EXPECT_EQ(result.log_probs.item<float>(), 0.0F);
    EXPECT_NEAR(result.entropies.item<float>(), 0.0F, 1e-30);
  }
}

TEST(VocabularyTile, NaNIsNotHidden) {
  auto tile = at::zeros({2, 40});
  tile[1][7] = std::numeric_limits<float>::quiet_NaN();
  const auto sums = running_sums(at::tensor({0, 0}, at::kLong), 1.0, tile.options());
  sums->add(tile, 0);
  const auto result = sums->result();
  EXPECT_NEAR(result.log_probs[0].item<float>(), -std::log(40.0), 1e-6);
  EXPECT_TRUE(std::isnan(result.log_probs[1].item<float>()));
}

}  // namespace
}  // namespace vrlt::algorithm
