#include "model/qwen2_5_vl/layer_weights.h"

#include "vrlt/core/error.h"

namespace vrlt::model::qwen2_5_vl {

std::vector<LayerWeights> layer_weights(const TextConfig& config, const ParameterTable& parameters) {
  std::vector<LayerWeights> layers;
  for (int64_t layer = 0; layer < config.num_layers; ++layer) {
    const auto at = [&](const char* name) { return parameters.at(concat("model.layers.", layer, ".", name)); };
    layers.push_back({.input_norm = at("input_layernorm.weight"),
                      .q_weight = at("self_attn.q_proj.weight"),
                      .q_bias = at("self_attn.q_proj.bias"),
                      .k_weight = at("self_attn.k_proj.weight"),
                      .k_bias = at("self_attn.k_proj.bias"),
                      .v_weight = at("self_attn.v_proj.weight"),
                      .v_bias = at("self_attn.v_proj.bias"),
                      .o_weight = at("self_attn.o_proj.weight"),
                      .post_norm = at("post_attention_layernorm.weight"),
                      .gate_weight = at("mlp.gate_proj.weight"),
                      .up_weight = at("mlp.up_proj.weight"),
                      .down_weight = at("mlp.down_proj.weight")});
  }
  return layers;
}

}  // namespace vrlt::model::qwen2_5_vl
