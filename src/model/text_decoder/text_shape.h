#pragma once

#include <cstdint>
#include <vector>

namespace vrlt::model {

/// What distinguishes one decoder of this kind from another: pre-norm layers of grouped attention
/// with rotated queries and keys, and a gated MLP. A family fills it in from its config.json.
struct TextShape {
  int64_t hidden_size = 0, num_layers = 0, num_heads = 0, num_kv_heads = 0, head_dim = 0;
  int64_t intermediate_size = 0, vocab_size = 0;
  double rms_norm_eps = 1e-6, rope_theta = 1e6;
  /// The axis (0 time, 1 height, 2 width) whose position turns each frequency: head_dim / 2
  /// entries.
  std::vector<int64_t> rope_axes;
  /// The projections of queries, keys and values have biases; the other matrices have none.
  bool has_qkv_biases = false;
  /// Each head of queries and of keys is normed before it is rotated.
  bool has_qk_norms = false;
  bool tie_word_embeddings = false;
};

}  // namespace vrlt::model
