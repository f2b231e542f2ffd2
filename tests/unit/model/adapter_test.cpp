#include "vrlt/model/layers/adapter.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

#include "vrlt/core/error.h"
#include "vrlt/model/layers/few_rows.h"

namespace vrlt::model {
namespace {

constexpr double kScale = 0.75;

/// A matrix with an adapter of random factors.
struct Adapted {
  Adapted(int64_t in, int64_t out, int64_t rank, at::ScalarType type = at::kFloat,
          double size_of_b = 1.0)
      : generator(at::detail::createCPUGenerator(8)), pairs(std::make_shared<LowRankPairs>()) {
    pairs->scale = kScale;
    pairs->trained = {{normal({rank, in}).to(type), (size_of_b * normal({out, rank})).to(type)}};
    matrix = {.weight = normal({out, in}).to(type),
              .bias = normal({out}).to(type),
              .adapter = Adapter{pairs, 0}};
  }
  at::Tensor normal(at::IntArrayRef shape) {
    return at::empty(shape, at::kFloat).normal_(0.0, 1.0, generator);
  }
  LowRankPair& pair() { return pairs->trained[0]; }

  at::Generator generator;
  std::shared_ptr<LowRankPairs> pairs;
  Linear matrix;
};

/// x W^T + bias + scale (x A^T) B^T in float64, with its gradients.
std::vector<at::Tensor> formula(Adapted& adapted, const at::Tensor& x, const at::Tensor& grad) {
  const at::AutoGradMode gradients(true);
  const auto leaf = [](const at::Tensor& tensor) {
    return tensor.detach().to(at::kDouble).requires_grad_();
  };
  const auto x64 = leaf(x), a = leaf(adapted.pair().a), b = leaf(adapted.pair().b);
  const auto y =
      at::linear(x64, adapted.matrix.weight.to(at::kDouble), adapted.matrix.bias.to(at::kDouble)) +
      kScale * at::matmul(at::matmul(x64, a.t()), b.t());
  (y * grad.to(at::kDouble)).sum().backward();
  return {y.detach(), x64.grad(), a.grad(), b.grad()};
}

void expect_close(const at::Tensor& actual, const at::Tensor& expected, const std::string& what) {
  // float32
  EXPECT_LE((actual.to(at::kDouble) - expected).norm().item<double>(),
            2e-6 * expected.norm().item<double>())
      << what;
}

// Sizes on both sides of those from which other kernels are taken.
TEST(AdaptedLinear, IsTheSumOfBothProductsWithItsGradients) {
  for (const auto& [rows, in, out] : std::vector<std::tuple<int64_t, int64_t, int64_t>>{
           {1, 7, 5}, {70, 130, 120}, {300, 128, 344}}) {
    Adapted adapted(in, out, 4);
    const auto x = adapted.normal({rows, in}).requires_grad_(), grad = adapted.normal({rows, out});
    for (auto* factor : {&adapted.pair().a, &adapted.pair().b}) factor->requires_grad_();
    const auto y = adapted.matrix(x);
    (y * grad).sum().backward();
    const auto expected = formula(adapted, x, grad);
    expect_close(y, expected[0], "output");
    expect_close(x.grad(), expected[1], "gradient of x");
    expect_close(adapted.pair().a.grad(), expected[2], "gradient of A");
    expect_close(adapted.pair().b.grad(), expected[3], "gradient of B");
    EXPECT_FALSE(adapted.matrix.weight.grad().defined());
    const at::NoGradGuard no_grad;
    EXPECT_TRUE(at::equal(adapted.matrix(x), y)) << "recording gradients changes nothing";
  }
}

TEST(AdaptedLinear, InputsThatNeedNoGradientGetNone) {
  Adapted adapted(8, 6, 2);
  adapted.pair().a.requires_grad_();
  const auto x = adapted.normal({3, 8});
  adapted.matrix(x).sum().backward();
  EXPECT_FALSE(x.grad().defined());
  EXPECT_TRUE(adapted.pair().a.grad().defined());
}

TEST(AdaptedLinear, WithFactorsOfZeroOrSwitchedOffIsTheMatrixAlone) {
  const at::NoGradGuard no_grad;
  for (const auto type : {at::kFloat, at::kBFloat16}) {
    Adapted adapted(64, 48, 4, type);
    const auto x = adapted.normal({5, 64}).to(type);
    const auto with = adapted.matrix(x);
    adapted.pairs->acting = Acting::kNone;
    const auto off = adapted.matrix(x);
    adapted.pairs->acting = Acting::kReference;
    EXPECT_TRUE(at::equal(adapted.matrix(x), off)) << "a reference that took nothing over";
    adapted.pairs->acting = Acting::kTrained;
    adapted.pair().b.zero_();
    EXPECT_TRUE(at::equal(adapted.matrix(x), off)) << type;
    EXPECT_FALSE(at::equal(with, off));
    if (type == at::kFloat) {
      EXPECT_TRUE(at::equal(off, linear(x, adapted.matrix.weight, adapted.matrix.bias)));
    }
  }
}

TEST(AdaptedLinear, OfTheReferenceUsesWhatItTookOver) {
  const at::NoGradGuard no_grad;
  Adapted adapted(16, 12, 3);
  const auto x = adapted.normal({4, 16});
  const auto before = adapted.matrix(x);
  adapted.pairs->reference = {{adapted.pair().a.clone(), adapted.pair().b.clone()}};
  adapted.pair().b.mul_(2.0);
  EXPECT_FALSE(at::equal(adapted.matrix(x), before));
  adapted.pairs->acting = Acting::kReference;
  EXPECT_TRUE(at::equal(adapted.matrix(x), before));
}

// In bfloat16 the output of the weight is rounded to 8 bits: of about 16, to steps of 1/8. An
// adapter that adds 0.01 changes few of the values if it is added behind that, and all of them on
// the mean if it is added before.
TEST(AdaptedLinear, AddsWhatIsSmallerThanTheRoundingOfTheWeight) {
  const at::NoGradGuard no_grad;
  Adapted adapted(256, 512, 4, at::kBFloat16, /*size_of_b=*/3e-4);
  const auto x = adapted.normal({512, 256}).to(at::kBFloat16);
  const auto with = adapted.matrix(x).to(at::kDouble);
  adapted.pairs->acting = Acting::kNone;
  const auto change = with - adapted.matrix(x).to(at::kDouble);
  const auto wanted =
      kScale * at::matmul(at::matmul(x.to(at::kDouble), adapted.pair().a.to(at::kDouble).t()),
                          adapted.pair().b.to(at::kDouble).t());
  const double share = ((change * wanted).sum() / (wanted * wanted).sum()).item<double>();
  // The rounding errors of 2^18 values are independent of the change: their share is about
  // 0.04 / 0.01 / 2^9 = 0.01.
  EXPECT_NEAR(share, 1.0, 0.05);
}

TEST(AdaptedLinear, RefusesToTrainTheWeightBesideIt) {
  Adapted adapted(8, 6, 2);
  adapted.matrix.weight.requires_grad_();
  EXPECT_THROW(adapted.matrix(adapted.normal({3, 8})), ContractError);
}

TEST(AdaptedLinear, NamesItsFactorsAmongTheTensorsOfTheMatrix) {
  Adapted adapted(8, 6, 2);
  const auto all = adapted.matrix.all();
  ASSERT_EQ(all.size(), 4U);
  EXPECT_TRUE(all[2].is_same(adapted.pair().a));
  EXPECT_TRUE(all[3].is_same(adapted.pair().b));
}

// Rows on both sides of what the kernel for few rows takes.
TEST(FewRowsOfAnAdapter, AreTheRowsOfTheWhole) {
  const at::NoGradGuard no_grad;
  for (const int64_t rows : {1, 6, 16}) {
    Adapted adapted(64, 33, 5);
    const auto x = adapted.normal({rows, 64});
    const auto expected = formula(adapted, x, at::zeros({rows, 33}))[0];
    at::Tensor y;
    linear_into(x, adapted.matrix, y);
    expect_close(y, expected, "written");
    auto sum = at::ones({rows, 33});
    add_linear(x, adapted.matrix, sum);
    expect_close(sum, expected + 1.0, "added");
    adapted.pairs->acting = Acting::kNone;
    const Linear alone{.weight = adapted.matrix.weight, .bias = adapted.matrix.bias};
    at::Tensor off, base;
    linear_into(x, adapted.matrix, off);
    linear_into(x, alone, base);
    EXPECT_TRUE(at::equal(off, base));
  }
}

}  // namespace
}  // namespace vrlt::model
