#include "model/text_decoder/layer_steps.h"

namespace vrlt::model {

void run_layer(int64_t index, const LayerWeights& layer, LayerSteps& steps, LayerState& state) {
  auto& [x, normed, queries, keys, values, mixed, gate, up] = state;
  steps.normalize(x, layer.input_norm, normed);
  steps.project(normed, layer.query, queries);
  if (layer.query_norm.defined()) steps.normalize_heads(layer.query_norm, queries);
  steps.rotate(queries);
  steps.project(normed, layer.key, keys);
  if (layer.key_norm.defined()) steps.normalize_heads(layer.key_norm, keys);
  steps.rotate(keys);
  steps.project(normed, layer.value, values);
  steps.attend(index, state);
  steps.add_projected(mixed, layer.attention_out, x);

  steps.normalize(x, layer.post_norm, normed);
  steps.project(normed, layer.gate, gate);
  steps.project(normed, layer.up, up);
  steps.apply_gate(up, gate);
  steps.add_projected(gate, layer.down, x);
}

}  // namespace vrlt::model
