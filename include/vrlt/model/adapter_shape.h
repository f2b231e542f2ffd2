#pragma once

#include "vrlt/model/lora_config.h"
#include "vrlt/model/model_shape.h"

namespace vrlt::model {

/// Numbers that an adapter of the decoder holds: rank (in + out) for each matrix; 0 without one.
int64_t adapter_parameters(const ModelShape& shape, const LoraConfig& lora);

/// Numbers that it adds to what each token keeps for a backward pass, in each layer.
int64_t adapter_activations(const LoraConfig& lora);

/// The sizes of a model with its adapter. @param shape  without it.
ModelShape with_adapter(ModelShape shape, const LoraConfig& lora);

}  // namespace vrlt::model
