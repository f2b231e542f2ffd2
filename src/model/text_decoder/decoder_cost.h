#pragma once

#include "model/text_decoder/text_shape.h"
#include "vrlt/model/model_shape.h"

namespace vrlt::model {

/// Fills in what follows from the shape of a decoder, for the shape of any family: widths, layers,
/// vocabulary, and what its layers keep and hold of each token in a pass with gradients
/// (run_layer() with TensorSteps and group_attention()).
void add_decoder_cost(const TextShape& text, ModelShape& shape);

/// What a norm keeps of each token of this width: its input in float32, and in the type of the
/// weights what is scaled, for the gradient of the weight, and what it gives to a matrix.
TokenNumbers kept_of_norm(int64_t width);

/// What a gated MLP of this width keeps: the gate before and behind the activation, the other
/// branch, their product.
TokenNumbers kept_of_gated_mlp(int64_t width);

TokenNumbers operator+(const TokenNumbers& a, const TokenNumbers& b);

}  // namespace vrlt::model
