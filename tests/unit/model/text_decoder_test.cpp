#include "model/text_decoder/text_decoder.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "model/packed_groups.h"
#include "tests/support/worst.h"
#include "vrlt/core/error.h"

namespace vrlt::model {
namespace {

struct Case {
  const char* name;
  TextShape shape;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

/// Two layers with four query heads of size 8 on two key heads: heads times head size differ from
/// the width.
TextShape small_shape(bool biases, bool norms, std::vector<int64_t> axes) {
  return {.hidden_size = 24,
          .num_layers = 2,
          .num_heads = 4,
          .num_kv_heads = 2,
          .head_dim = 8,
          .intermediate_size = 40,
          .vocab_size = 50,
          .rms_norm_eps = 1e-5,
          .rope_theta = 100.0,
          .rope_axes = std::move(axes),
          .has_qkv_biases = biases,
          .has_qk_norms = norms,
          .tie_word_embeddings = true};
}

const Case kCases[] = {
    {"biases_and_axes_in_sections", small_shape(true, false, {0, 1, 2, 2})},
    {"norms_and_axes_in_turn", small_shape(false, true, {0, 1, 2, 0})},
    {"biases_and_norms", small_shape(true, true, {0, 0, 1, 2})},
    {"neither", small_shape(false, false, {2, 1, 0, 0})},
};

constexpr const char* kPrefix = "model.decoder.";

class TextDecoderShapes : public ::testing::TestWithParam<Case> {
 protected:
  at::Tensor normal(at::IntArrayRef size) {
    return at::empty(size, at::kDouble).normal_(0.0, 1.0, generator_);
  }

  /// Matrices that keep states near 1, biases and norms that are seen.
  ParameterTable random_parameters(at::ScalarType dtype) {
    generator_ = at::detail::createCPUGenerator(21);
    ParameterTable table;
    for (const auto& [name, size] : decoder_parameters(shape(), kPrefix)) {
      const bool is_norm = name.ends_with("norm.weight") || name.ends_with("layernorm.weight");
      const double scale = size.size() == 2 ? 1.0 / std::sqrt(static_cast<double>(size[1])) : 0.3;
      table.add(name, (normal(size) * scale + (is_norm ? 1.0 : 0.0)).to(dtype));
    }
    return table;
  }

  PromptGroup random_group(int64_t prompt_length, const std::vector<int64_t>& response_lengths) {
    const auto ids = [&](int64_t length) {
      return at::randint(shape().vocab_size, {length}, generator_, at::kLong);
    };
    auto prompt = std::make_shared<processor::ModelInputs>();
    prompt->input_ids = ids(prompt_length);
    // other positions on every axis
    prompt->position_ids = at::randint(20, {3, prompt_length}, generator_, at::kLong);
    prompt->next_position = 20;
    PromptGroup group{.prompt = prompt};
    for (const int64_t length : response_lengths) group.responses.push_back(ids(length));
    return group;
  }

  const TextShape& shape() const { return GetParam().shape; }

 private:
  at::Generator generator_ = at::detail::createCPUGenerator(21);
};

at::Tensor normed(const at::Tensor& x, const at::Tensor& weight, double eps) {
  return x / (x.square().mean(-1, true) + eps).sqrt() * weight;
}

/// Pairs (j, j + Dh / 2) of every head turned by position * theta^(-2j / Dh). @param x  [T, heads,
/// Dh].
at::Tensor turned(const at::Tensor& x, const TextShape& shape, const at::Tensor& positions) {
  auto result = x.clone();
  const int64_t half = shape.head_dim / 2;
  for (int64_t t = 0; t < x.size(0); ++t)
    for (int64_t j = 0; j < half; ++j) {
      const auto position = positions[shape.rope_axes[static_cast<size_t>(j)]][t].item<double>();
      const double angle =
          position * std::pow(shape.rope_theta,
                              -2.0 * static_cast<double>(j) / static_cast<double>(shape.head_dim));
      const auto first = x[t].select(1, j), second = x[t].select(1, j + half);
      result[t].select(1, j).copy_(first * std::cos(angle) - second * std::sin(angle));
      result[t].select(1, j + half).copy_(second * std::cos(angle) + first * std::sin(angle));
    }
  return result;
}

/// What the decoder computes of one causal sequence, written down plainly in float64.
at::Tensor by_formulas(const TextShape& shape, const ParameterTable& parameters,
                       const at::Tensor& ids, const at::Tensor& positions) {
  const auto at_name = [&](const std::string& name) {
    return parameters.contains(kPrefix + name) ? parameters.at(kPrefix + name) : at::Tensor();
  };
  auto x = at_name("embed_tokens.weight").index_select(0, ids);
  for (int64_t i = 0; i < shape.num_layers; ++i) {
    const auto layer = [&](const std::string& name) {
      return at_name(concat("layers.", i, ".", name));
    };
    const auto product = [&](const at::Tensor& input, const std::string& name) {
      const auto y = at::matmul(input, layer(name + ".weight").t());
      return layer(name + ".bias").defined() ? y + layer(name + ".bias") : y;
    };
    const auto h = normed(x, layer("input_layernorm.weight"), shape.rms_norm_eps);
    const auto heads = [&](const char* name, const char* norm) {
      const auto y = product(h, name).view({x.size(0), -1, shape.head_dim});
      return norm != nullptr && layer(norm).defined() ? normed(y, layer(norm), shape.rms_norm_eps)
                                                      : y;
    };
    const auto q = turned(heads("self_attn.q_proj", "self_attn.q_norm.weight"), shape, positions);
    const auto k = turned(heads("self_attn.k_proj", "self_attn.k_norm.weight"), shape, positions);
    const auto v = heads("self_attn.v_proj", nullptr);
    std::vector<at::Tensor> mixed;
    for (int64_t head = 0; head < shape.num_heads; ++head) {
      const int64_t of_keys = head * shape.num_kv_heads / shape.num_heads;
      const auto scores = at::matmul(q.select(1, head), k.select(1, of_keys).t()) /
                          std::sqrt(static_cast<double>(shape.head_dim));
      const auto later = at::ones_like(scores, at::kBool).triu(1);
      mixed.push_back(at::matmul(
          at::softmax(scores.masked_fill(later, -std::numeric_limits<double>::infinity()), -1),
          v.select(1, of_keys)));
    }
    x = x + product(at::cat(mixed, 1), "self_attn.o_proj");
    const auto n = normed(x, layer("post_attention_layernorm.weight"), shape.rms_norm_eps);
    x = x +
        product(at::silu(product(n, "mlp.gate_proj")) * product(n, "mlp.up_proj"), "mlp.down_proj");
  }
  return normed(x, at_name("norm.weight"), shape.rms_norm_eps);
}

// Angles are made in float32, of positions up to 20: an error of 1e-6 in states of size 1 to 5.
TEST_P(TextDecoderShapes, ForwardFollowsTheFormulas) {
  const at::NoGradGuard no_grad;
  const auto parameters = random_parameters(at::kDouble);
  const TextDecoder decoder(shape(), parameters, kPrefix, /*checkpoints=*/false);
  const auto group = random_group(9, {});
  const auto& [ids, positions] = std::pair(group.prompt->input_ids, group.prompt->position_ids);
  const auto states =
      decoder.forward(decoder.embed(ids), positions, {{.begin = 0, .prompt_length = 9}});
  const double difference =
      (states - by_formulas(shape(), parameters, ids, positions)).abs().max().item<double>();
  test::Worst::note("decoder against formulas", difference);
  EXPECT_LE(difference, 1e-5);
}

/// States of two responses of unequal length: whole, and token by token through the cache.
void expect_decoding_equals_forward(const TextDecoder& decoder, const PromptGroup& group,
                                    double tolerance) {
  const at::NoGradGuard no_grad;
  const EmbedPrompt embed = [&](const PromptGroup& of) -> EmbeddedPrompt {
    return {.embeddings = decoder.embed(of.prompt->input_ids)};
  };
  const auto expected = hidden_of_responses({{group}}, decoder, embed);
  at::Tensor last;
  auto cache = prefill_groups({&group, 1}, decoder, embed, &last);
  cache.fork(2);
  const int64_t shorter = group.responses[1].size(0), longer = group.responses[0].size(0);
  std::vector<at::Tensor> first = {last[0]}, second = {last[0]};
  for (int64_t t = 0; t + 1 < longer; ++t) {
    const bool both = t + 1 < shorter;
    if (t + 1 == shorter) cache.keep_rows({0});
    const auto ids = both ? at::stack({group.responses[0][t], group.responses[1][t]})
                          : group.responses[0].narrow(0, t, 1);
    const auto states = decoder.decode(decoder.embed(ids), cache);
    first.push_back(states[0]);
    if (both) second.push_back(states[1]);
  }
  const double difference =
      (at::cat({at::stack(first), at::stack(second)}) - expected).abs().max().item<double>();
  test::Worst::note(concat("decoded states of shapes, ", expected.scalar_type()), difference);
  EXPECT_LE(difference, tolerance);
}

// Float32 states of size 1 to 5: the loops for the CPU.
TEST_P(TextDecoderShapes, DecodingOnTheCpuEqualsForward) {
  const auto parameters = random_parameters(at::kFloat);
  expect_decoding_equals_forward(TextDecoder(shape(), parameters, kPrefix, false),
                                 random_group(7, {6, 3}), 2e-5);
}

// Another dtype takes the way of other devices. Its rotations are in float32.
TEST_P(TextDecoderShapes, DecodingByOperatorsEqualsForward) {
  const auto parameters = random_parameters(at::kDouble);
  expect_decoding_equals_forward(TextDecoder(shape(), parameters, kPrefix, false),
                                 random_group(7, {6, 3}), 1e-5);
}

// Two layers; beside them there are the embedding and the final norm. What all() forgets gets no
// gradient from a checkpointed layer.
TEST_P(TextDecoderShapes, EveryParameterOfALayerIsListed) {
  const auto parameters = random_parameters(at::kFloat);
  size_t listed = 2;
  for (const auto& layer : layer_weights(shape(), parameters, kPrefix))
    listed += layer.all().size();
  EXPECT_EQ(listed, parameters.entries().size());
  const size_t per_layer = 9 + (shape().has_qkv_biases ? 3 : 0) + (shape().has_qk_norms ? 2 : 0);
  EXPECT_EQ(parameters.entries().size(), 2 + 2 * per_layer);
}

INSTANTIATE_TEST_SUITE_P(Shapes, TextDecoderShapes, ::testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace vrlt::model
