#include "model/text_decoder/layer_weights.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>

#include "vrlt/core/error.h"

namespace vrlt::model {
namespace {

std::string layer_prefix(const std::string& prefix, int64_t layer) {
  return concat(prefix, "layers.", layer, ".");
}

/// One tensor of all rows, in which the given ones then lie.
at::Tensor joined(const std::vector<at::Tensor*>& parts) {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> rows;
  for (const auto* part : parts) rows.push_back(part->detach());
  auto whole = at::cat(rows);
  int64_t begin = 0;
  for (auto* part : parts) {
    const int64_t count = part->size(0);
    part->set_data(whole.narrow(0, begin, count));  // all that refer to the parameter follow
    begin += count;
  }
  return whole;
}

}  // namespace

void LayerWeights::join() {
  attention_in.weight = joined({&query.weight, &key.weight, &value.weight});
  if (query.bias.defined()) attention_in.bias = joined({&query.bias, &key.bias, &value.bias});
  mlp_in.weight = joined({&gate.weight, &up.weight});
}

bool LayerWeights::is_joined() const {
  if (!attention_in.weight.defined()) return false;
  const auto is_part = [](const Linear& matrix, const Linear& whole) {
    return !matrix.adapter && matrix.weight.is_alias_of(whole.weight);
  };
  return is_part(query, attention_in) && is_part(key, attention_in) &&
         is_part(value, attention_in) && is_part(gate, mlp_in) && is_part(up, mlp_in);
}

std::vector<at::Tensor> LayerWeights::all() const {
  std::vector<at::Tensor> tensors;
  const auto add = [&](const at::Tensor& tensor) {
    if (tensor.defined()) tensors.push_back(tensor);
  };
  const auto add_all = [&](const Linear& matrix) {
    for (const auto& tensor : matrix.all()) tensors.push_back(tensor);
  };
  add(input_norm);
  for (const auto* matrix : {&query, &key, &value}) add_all(*matrix);
  for (const auto* norm : {&query_norm, &key_norm}) add(*norm);
  add_all(attention_out);
  add(post_norm);
  for (const auto* matrix : {&gate, &up, &down}) add_all(*matrix);
  return tensors;
}

std::vector<std::pair<const char*, Linear*>> LayerWeights::matrices() {
  return {{"self_attn.q_proj", &query}, {"self_attn.k_proj", &key},
          {"self_attn.v_proj", &value}, {"self_attn.o_proj", &attention_out},
          {"mlp.gate_proj", &gate},     {"mlp.up_proj", &up},
          {"mlp.down_proj", &down}};
}

std::vector<ParameterShape> decoder_parameters(const TextShape& shape, const std::string& prefix) {
  const int64_t width = shape.hidden_size, q = shape.num_heads * shape.head_dim,
                k = shape.num_kv_heads * shape.head_dim;
  std::vector<ParameterShape> all = {{prefix + "embed_tokens.weight", {shape.vocab_size, width}}};
  for (int64_t i = 0; i < shape.num_layers; ++i) {
    const auto layer = layer_prefix(prefix, i);
    all.push_back({layer + "input_layernorm.weight", {width}});
    all.push_back({layer + "post_attention_layernorm.weight", {width}});
    add_matrix(all, layer + "self_attn.q_proj", q, width, shape.has_qkv_biases);
    add_matrix(all, layer + "self_attn.k_proj", k, width, shape.has_qkv_biases);
    add_matrix(all, layer + "self_attn.v_proj", k, width, shape.has_qkv_biases);
    add_matrix(all, layer + "self_attn.o_proj", width, q, false);
    if (shape.has_qk_norms)
      for (const char* norm : {"self_attn.q_norm.weight", "self_attn.k_norm.weight"})
        all.push_back({layer + norm, {shape.head_dim}});
    add_matrix(all, layer + "mlp.gate_proj", shape.intermediate_size, width, false);
    add_matrix(all, layer + "mlp.up_proj", shape.intermediate_size, width, false);
    add_matrix(all, layer + "mlp.down_proj", width, shape.intermediate_size, false);
  }
  all.push_back({prefix + "norm.weight", {width}});
  return all;
}

void add_decoder(std::vector<ParameterShape>& shapes, const TextShape& shape,
                 const std::string& prefix) {
  for (auto& parameter : decoder_parameters(shape, prefix)) shapes.push_back(std::move(parameter));
  if (!shape.tie_word_embeddings)
    add_matrix(shapes, "lm_head", shape.vocab_size, shape.hidden_size, false);
}

std::vector<LayerWeights> layer_weights(const TextShape& shape, const ParameterTable& parameters,
                                        const std::string& prefix) {
  std::vector<LayerWeights> layers;
  for (int64_t i = 0; i < shape.num_layers; ++i) {
    const auto at = [&](const std::string& name) {
      return parameters.at(layer_prefix(prefix, i) + name);
    };
    const auto matrix = [&](const std::string& name, bool bias = false) {
      return Linear{.weight = at(name + ".weight"),
                    .bias = bias ? at(name + ".bias") : at::Tensor()};
    };
    const auto norm = [&](const char* name) {
      return shape.has_qk_norms ? at(name) : at::Tensor();
    };
    LayerWeights layer{.input_norm = at("input_layernorm.weight"),
                       .query = matrix("self_attn.q_proj", shape.has_qkv_biases),
                       .key = matrix("self_attn.k_proj", shape.has_qkv_biases),
                       .value = matrix("self_attn.v_proj", shape.has_qkv_biases),
                       .query_norm = norm("self_attn.q_norm.weight"),
                       .key_norm = norm("self_attn.k_norm.weight"),
                       .attention_out = matrix("self_attn.o_proj"),
                       .post_norm = at("post_attention_layernorm.weight"),
                       .gate = matrix("mlp.gate_proj"),
                       .up = matrix("mlp.up_proj"),
                       .down = matrix("mlp.down_proj")};
    layers.push_back(std::move(layer));
  }
  return layers;
}

}  // namespace vrlt::model
