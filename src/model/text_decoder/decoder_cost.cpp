#include "model/text_decoder/decoder_cost.h"

#include <algorithm>

namespace vrlt::model {
namespace {

/// Rotated queries and keys, values, what attention gives, and its log-sum-exps; with norms of
/// heads also what those keep (their results are rotated, not kept).
TokenNumbers kept_of_attention(const TextShape& text, int64_t q, int64_t k) {
  const TokenNumbers attended{.own = 2 * q + 2 * k, .wide = text.num_heads};
  return text.has_qk_norms ? attended + TokenNumbers{.own = q + k, .wide = q + k} : attended;
}

}  // namespace

TokenNumbers operator+(const TokenNumbers& a, const TokenNumbers& b) {
  return {a.own + b.own, a.wide + b.wide};
}

TokenNumbers kept_of_norm(int64_t width) { return {.own = 2 * width, .wide = width}; }

TokenNumbers kept_of_gated_mlp(int64_t width) { return {.own = 4 * width}; }

void add_decoder_cost(const TextShape& text, ModelShape& shape) {
  const int64_t width = text.hidden_size, q = text.num_heads * text.head_dim,
                k = text.num_kv_heads * text.head_dim, inner = text.intermediate_size;
  auto& tower = shape.text;
  tower.layers = text.num_layers;
  tower.width = width;
  tower.intermediate = inner;
  tower.query_width = q;
  tower.key_width = k;
  tower.kept = kept_of_norm(width) + kept_of_norm(width) + kept_of_attention(text, q, k) +
               kept_of_gated_mlp(inner);
  tower.kept_for_norms = 2 * width + (text.has_qk_norms ? q + k : 0);
  // Of the MLP's branches and their product; or of attention: keys and values repeated to every
  // head of queries, the gradients of all three, and those of one part of the sequence.
  tower.backward = {.own = 2 * width + std::max(3 * inner, 8 * q)};
  shape.vocab_size = text.vocab_size;
  shape.ties_embedding = text.tie_word_embeddings;
  shape.query_heads = text.num_heads;
}

}  // namespace vrlt::model
