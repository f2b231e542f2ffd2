#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "vrlt/model/kv_cache.h"

namespace vrlt::model {

/// Where a group lies in a packed sequence: its prompt, then its responses one after the other.
struct GroupSpan {
  int64_t begin = 0;  ///< First token of the prompt.
  int64_t prompt_length = 0;
  std::vector<int64_t> response_lengths;  ///< Tokens fed per response; 0 is possible.
  /// [R, P + R] bool, true = may attend; only where needs_response_mask().
  at::Tensor response_mask;

  int64_t num_response_tokens() const;
  int64_t length() const { return prompt_length + num_response_tokens(); }
};

/// Fills response_mask: a response token sees the whole prompt and its own response up to itself.
void make_response_mask(GroupSpan& span, at::Device device);

/// Whether group_attention() works with masks for such queries: in float32 on CUDA, or where flash
/// attention does not do.
bool needs_response_mask(at::Device device, at::ScalarType dtype, int64_t head_dim);

/// Causal attention inside each prompt, and from each response to its prompt and itself. The prompt
/// is attended once per group, not once per response.
/// @param queries  [T, H, Dh]; @param keys, values  [T, K, Dh], H a multiple of K.  @return [T, H *
/// Dh].
at::Tensor group_attention(const at::Tensor& queries, const at::Tensor& keys,
                           const at::Tensor& values, const std::vector<GroupSpan>& spans);

/// The same by one masked product per group, on any device; the spans need their response_mask.
at::Tensor masked_group_attention(const at::Tensor& queries, const at::Tensor& keys,
                                  const at::Tensor& values, const std::vector<GroupSpan>& spans);

/// One decoding step: every slot attends its prompt's prefix and its own suffix, the prefix keys
/// being read once per prompt.
/// @param queries  [N, G, H, Dh]; @param cache  as in KvCache::Layer; @param bias  [N, 1, 1, P + S]
/// float32, added to the scores of prefix and suffix.  @return [N, G, H * Dh].
at::Tensor shared_prefix_attention(const at::Tensor& queries, const KvCache::Layer& cache,
                                   const at::Tensor& bias);

}  // namespace vrlt::model
