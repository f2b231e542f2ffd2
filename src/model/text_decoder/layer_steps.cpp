#include "model/text_decoder/layer_steps.h"

namespace vrlt::model {

void LayerSteps::make_heads(const LayerWeights& layer, LayerState& state) {
  project(state.normed, layer.query, state.queries);
  if (layer.query_norm.defined()) normalize_heads(layer.query_norm, state.queries);
  rotate(state.queries);
  project(state.normed, layer.key, state.keys);
  if (layer.key_norm.defined()) normalize_heads(layer.key_norm, state.keys);
  rotate(state.keys);
  project(state.normed, layer.value, state.values);
}

void LayerSteps::make_gated(const LayerWeights& layer, LayerState& state) {
  project(state.normed, layer.gate, state.gate);
  project(state.normed, layer.up, state.up);
  apply_gate(state.up, state.gate);
}

void run_layer(int64_t index, const LayerWeights& layer, LayerSteps& steps, LayerState& state) {
  steps.normalize(state.x, layer.input_norm, state.normed);
  steps.make_heads(layer, state);
  steps.attend(index, state);
  steps.add_projected(state.mixed, layer.attention_out, state.x);

  steps.normalize(state.x, layer.post_norm, state.normed);
  steps.make_gated(layer, state);
  steps.add_projected(state.gate, layer.down, state.x);
}

}  // namespace vrlt::model
