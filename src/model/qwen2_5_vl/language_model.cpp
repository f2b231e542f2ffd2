#include "model/qwen2_5_vl/language_model.h"

#include <ATen/ops/linear.h>
#include <ATen/ops/silu.h>

#include "model/layers/rms_norm.h"
#include "vrlt/core/error.h"

namespace vrlt::model::qwen2_5_vl {
namespace {

std::string layer_name(int64_t layer, const char* rest) { return concat("model.layers.", layer, ".", rest); }

}  // namespace

at::Tensor LanguageModel::mlp(const at::Tensor& x, int64_t layer) const {
  const auto gate = at::linear(x, parameters_.at(layer_name(layer, "mlp.gate_proj.weight")));
  const auto up = at::linear(x, parameters_.at(layer_name(layer, "mlp.up_proj.weight")));
  return at::linear(at::silu(gate) * up, parameters_.at(layer_name(layer, "mlp.down_proj.weight")));
}

at::Tensor LanguageModel::run_layers(at::Tensor x, const at::Tensor& position_ids, const Attend& attend, std::vector<at::Tensor>* trace) const {
  const auto float_table = mrope_table(position_ids, config_.mrope_section, config_.head_dim, config_.rope_theta);
  // The reference rotates the text model in the activation dtype, unlike the vision tower.
  const RotaryTable table{float_table.cos.to(x.scalar_type()), float_table.sin.to(x.scalar_type())};
  for (int64_t layer = 0; layer < config_.num_layers; ++layer) {
    const auto normed = rms_norm(x, parameters_.at(layer_name(layer, "input_layernorm.weight")), config_.rms_norm_eps);
    const auto project = [&](const char* weight, const char* bias) {
      return at::linear(normed, parameters_.at(layer_name(layer, weight)), parameters_.at(layer_name(layer, bias)))
          .view({x.size(0), -1, config_.head_dim});
    };
    const auto queries = apply_rope(project("self_attn.q_proj.weight", "self_attn.q_proj.bias"), table);
    const auto keys = apply_rope(project("self_attn.k_proj.weight", "self_attn.k_proj.bias"), table);
    const auto values = project("self_attn.v_proj.weight", "self_attn.v_proj.bias");
    x = x + at::linear(attend(layer, queries, keys, values), parameters_.at(layer_name(layer, "self_attn.o_proj.weight")));
    x = x + mlp(rms_norm(x, parameters_.at(layer_name(layer, "post_attention_layernorm.weight")), config_.rms_norm_eps), layer);
    if (trace != nullptr) trace->push_back(x);
  }
  return rms_norm(x, parameters_.at("model.norm.weight"), config_.rms_norm_eps);
}

at::Tensor LanguageModel::forward(const at::Tensor& embeddings, const at::Tensor& position_ids, const std::vector<GroupSpan>& spans,
                                  const KeyValueSink& sink, std::vector<at::Tensor>* trace) const {
  const auto attend = [&](int64_t layer, const at::Tensor& queries, const at::Tensor& keys, const at::Tensor& values) {
    if (sink) sink(layer, keys, values);
    return group_attention(queries, keys, values, spans);
  };
  return run_layers(embeddings, position_ids, attend, trace);
}

at::Tensor LanguageModel::decode(const at::Tensor& embeddings, KvCache& cache) const {
  const int64_t N = cache.num_prompts(), G = cache.num_slots(), length = cache.suffix_length;
  cache.reserve_token();
  const auto positions = (cache.next_position + length).unsqueeze(1).expand({N, G}).flatten();
  const auto out = run_layers(embeddings, positions.unsqueeze(0).expand({3, N * G}),
                              [&](int64_t index, const at::Tensor& queries, const at::Tensor& keys, const at::Tensor& values) {
                                auto& layer = cache.layers[static_cast<size_t>(index)];
                                layer.suffix_keys.select(3, length).copy_(keys.view({N, G, config_.num_kv_heads, config_.head_dim}));
                                layer.suffix_values.select(3, length).copy_(values.view({N, G, config_.num_kv_heads, config_.head_dim}));
                                return shared_prefix_attention(queries.view({N, G, config_.num_heads, config_.head_dim}), layer.prefix_keys,
                                                               layer.prefix_values, cache.prefix_bias, layer.suffix_keys.narrow(3, 0, length + 1),
                                                               layer.suffix_values.narrow(3, 0, length + 1))
                                    .flatten(0, 1);
                              });
  ++cache.suffix_length;
  return out;
}

}  // namespace vrlt::model::qwen2_5_vl
