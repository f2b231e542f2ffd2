// What the attention of a group promises: two exact parts give what one masked product gives, in
// values and gradients.

#include "model/layers/split_attention.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "tests/support/worst.h"

namespace vrlt::model {
namespace {

using Attention = at::Tensor (*)(const at::Tensor&, const at::Tensor&, const at::Tensor&,
                                 const std::vector<GroupSpan>&);

struct Group {
  int64_t prompt_length;
  std::vector<int64_t> response_lengths;
};

std::vector<GroupSpan> spans_of(const std::vector<Group>& groups) {
  std::vector<GroupSpan> spans;
  int64_t begin = 0;
  for (const auto& group : groups) {
    GroupSpan span{.begin = begin,
                   .prompt_length = group.prompt_length,
                   .response_lengths = group.response_lengths};
    make_response_mask(span, at::kCPU);
    begin += span.length();
    spans.push_back(std::move(span));
  }
  return spans;
}

/// Output and gradients of queries, keys and values for a random gradient of the output, times two:
/// in the order of the arguments.
std::vector<at::Tensor> run(Attention attention, const std::vector<GroupSpan>& spans,
                            int64_t num_heads, int64_t num_kv_heads, int64_t head_dim,
                            at::ScalarType dtype) {
  auto generator = at::detail::createCPUGenerator(3);
  const int64_t T = spans.back().begin + spans.back().length();
  // Drawn in float64: the values are the same in every dtype, up to rounding.
  const auto normal = [&](at::IntArrayRef shape) {
    return at::empty(shape, at::kDouble).normal_(0.0, 1.5, generator).to(dtype);
  };
  const auto q = normal({T, num_heads, head_dim}).set_requires_grad(true),
             k = normal({T, num_kv_heads, head_dim}).set_requires_grad(true),
             v = normal({T, num_kv_heads, head_dim}).set_requires_grad(true),
             weights = normal({T, num_heads * head_dim});
  const auto out = attention(q, k, v, spans);
  (out * weights).sum().backward();
  return {out.detach(), q.grad(), k.grad(), v.grad()};
}

double relative_difference(const at::Tensor& actual, const at::Tensor& expected) {
  return (actual.to(at::kDouble) - expected.to(at::kDouble)).norm().item<double>() /
         expected.to(at::kDouble).norm().item<double>();
}

struct Case {
  std::string name;
  std::vector<Group> groups;
  int64_t num_heads, num_kv_heads, head_dim;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class SplitAttention : public ::testing::TestWithParam<Case> {};

TEST_P(SplitAttention, EqualsOneMaskedProduct) {
  const auto& c = GetParam();
  const auto spans = spans_of(c.groups);
  const auto expected =
      run(masked_group_attention, spans, c.num_heads, c.num_kv_heads, c.head_dim, at::kDouble);
  const auto wide =
      run(split_group_attention, spans, c.num_heads, c.num_kv_heads, c.head_dim, at::kDouble);
  const auto narrow =
      run(split_group_attention, spans, c.num_heads, c.num_kv_heads, c.head_dim, at::kFloat);
  for (size_t i = 0; i < expected.size(); ++i) {
    const double of_wide = relative_difference(wide[i], expected[i]),
                 of_narrow = relative_difference(narrow[i], expected[i]);
    test::Worst::note("split attention, float64", of_wide);
    test::Worst::note("split attention, float32", of_narrow);
    EXPECT_LE(of_wide, 1e-13) << i;   // float64 sums of at most a thousand terms
    EXPECT_LE(of_narrow, 2e-6) << i;  // float32
  }
}

// The kernel works in blocks of 32 to 512 tokens: prompts and responses below, at and above their
// edges.
INSTANTIATE_TEST_SUITE_P(
    Layouts, SplitAttention,
    ::testing::Values(
        Case{"prompt_alone", {{17, {}}}, 4, 2, 8}, Case{"one_response", {{5, {3}}}, 2, 2, 4},
        Case{"one_token_each", {{1, {1, 1, 1}}}, 4, 1, 8},
        Case{"equal_lengths", {{40, {64, 64, 64, 64, 64, 64, 64, 64}}}, 4, 2, 16},
        Case{"unequal_lengths", {{33, {7, 7, 0, 32, 1, 7, 90}}}, 6, 2, 20},
        Case{"long", {{600, {130, 300}}}, 2, 1, 32},
        Case{"several_groups", {{9, {2, 4}}, {70, {0, 0}}, {2, {3, 3, 3}}, {128, {20}}}, 4, 4, 12}),
    [](const auto& info) { return info.param.name; });

TEST(SplitAttention, ARowIsIndifferentToItsSiblings) {
  const auto alone = spans_of({{20, {9}}}), among = spans_of({{20, {9, 30, 9}}});
  auto generator = at::detail::createCPUGenerator(4);
  const auto x = at::empty({68, 4, 8}, at::kDouble).normal_(0.0, 1.0, generator);
  const auto first = x.narrow(0, 0, 29);
  EXPECT_TRUE(at::allclose(split_group_attention(x, x, x, among).narrow(0, 0, 29),
                           split_group_attention(first, first, first, alone), 0, 1e-13));
}

// What a GPU is asked before its kernels are used.
TEST(SplitAttention, TheExampleOfTheSelfTestAgrees) {
  EXPECT_LT(split_attention_error(at::kCPU, at::kFloat), 1e-5);
  const double rounded = split_attention_error(at::kCPU, at::kBFloat16);
  EXPECT_LT(rounded, 0.03);
  EXPECT_GT(rounded, 1e-4) << "the reference must not be rounded alike";
}

}  // namespace
}  // namespace vrlt::model
