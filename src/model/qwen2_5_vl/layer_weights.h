#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "model/qwen2_5_vl/config.h"
#include "vrlt/model/parameter_table.h"

namespace vrlt::model::qwen2_5_vl {

/// The parameters of one decoder layer: handles to those of the table.
struct LayerWeights {
  at::Tensor input_norm, q_weight, q_bias, k_weight, k_bias, v_weight, v_bias, o_weight;
  at::Tensor post_norm, gate_weight, up_weight, down_weight;

  std::vector<at::Tensor> all() const {
    return {input_norm, q_weight, q_bias, k_weight, k_bias, v_weight, v_bias, o_weight, post_norm, gate_weight, up_weight, down_weight};
  }
};

std::vector<LayerWeights> layer_weights(const TextConfig& config, const ParameterTable& parameters);

}  // namespace vrlt::model::qwen2_5_vl
