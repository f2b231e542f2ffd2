#include "vrlt/model/adapter_shape.h"

#include <string_view>

namespace vrlt::model {
namespace {

/// Width of what goes in and of what comes out.
int64_t sum_of_sides(const ModelShape::Tower& text, std::string_view target) {
  if (target == "q_proj" || target == "o_proj") return text.width + text.query_width;
  if (target == "k_proj" || target == "v_proj") return text.width + text.key_width;
  return text.width + text.intermediate;
}

}  // namespace

int64_t adapter_parameters(const ModelShape& shape, const LoraConfig& lora) {
  int64_t of_layer = 0;
  for (const auto& target : kLoraTargets)
    if (lora.has_target(target.name)) of_layer += lora.rank * sum_of_sides(shape.text, target.name);
  return shape.text.layers * of_layer;
}

int64_t adapter_activations(const LoraConfig& lora) {
  int64_t elements = 0;
  for (const auto& target : kLoraTargets)
    if (lora.has_target(target.name)) elements += lora.rank;
  return elements;
}

ModelShape with_adapter(ModelShape shape, const LoraConfig& lora) {
  const int64_t more = adapter_parameters(shape, lora);
  shape.text.parameters += more;
  shape.text.per_token_parameters += more;
  return shape;
}

}  // namespace vrlt::model
