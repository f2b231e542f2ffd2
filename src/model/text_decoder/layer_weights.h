#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "model/parameter_shape.h"
#include "model/text_decoder/text_shape.h"
#include "vrlt/model/layers/linear.h"
#include "vrlt/model/parameter_table.h"

namespace vrlt::model {

/// The parameters of one decoder layer: handles to those of the table.
struct LayerWeights {
  at::Tensor input_norm;
  Linear query, key, value;
  /// [Dh], for every head; undefined without TextShape::has_qk_norms.
  at::Tensor query_norm, key_norm;
  Linear attention_out;
  at::Tensor post_norm;
  Linear gate, up, down;
  /// Query, key and value, and gate and up, as one matrix each; see join(). Without a weight:
  /// apart.
  Linear attention_in = {}, mlp_in = {};

  /// Every tensor that a gradient may flow to.
  std::vector<at::Tensor> all() const;

  /// Lays the matrices that meet the same states behind each other, so that one product does for
  /// them. They stay the parameters that they were, as parts of the joined ones.
  void join();
  /// Whether the joined ones act as those apart: beside no adapter, while parameters stay there.
  bool is_joined() const;

  /// Its matrices and the names of their modules in the layer, in the order of
  /// decoder_parameters().
  std::vector<std::pair<const char*, Linear*>> matrices();
};

/// Name and shape of every parameter of a decoder but the vocabulary projection, in the order of
/// the table.
/// @param prefix  what the names begin with, such as "model.".
std::vector<ParameterShape> decoder_parameters(const TextShape& shape, const std::string& prefix);

/// Appends them, and the vocabulary projection "lm_head" where the embedding does not serve for it.
void add_decoder(std::vector<ParameterShape>& shapes, const TextShape& shape,
                 const std::string& prefix);

std::vector<LayerWeights> layer_weights(const TextShape& shape, const ParameterTable& parameters,
                                        const std::string& prefix);

}  // namespace vrlt::model
