#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace vrlt::model {

/// Keys and values of a decoding batch: one prefix per prompt, forked to `fork` responses that share it, and their own suffixes.
/// Slots form a full rectangle [N prompts, G slots]; every suffix has the same length.
/// The prefix is never copied per response.
class KvCache {
 public:
  struct Layer {
    at::Tensor prefix_keys, prefix_values;  ///< [N, K, P_max, Dh], zero beyond each prompt's length.
    at::Tensor suffix_keys, suffix_values;  ///< [N, G, K, capacity, Dh].
  };

  std::vector<Layer> layers;
  at::Tensor prefix_bias;    ///< [N, 1, 1, P_max] float32: 0, or -inf beyond the prompt.
  at::Tensor next_position;  ///< [N] int64: position of the first response token.
  int64_t suffix_length = 0;

  int64_t num_prompts() const { return next_position.size(0); }
  int64_t num_slots() const { return num_slots_; }

  /// Gives every prompt `num_slots` empty suffixes.
  void fork(int64_t num_slots);

  /// Makes room for one more token in every suffix.
  void reserve_token();

  /// Keeps only some slots, in the given order.
  /// @param prompts  [N'] int64, kept prompts.  @param slots  [N', G'] int64, kept slots of each (repeats allowed, to fill up).
  void select(const at::Tensor& prompts, const at::Tensor& slots);

 private:
  int64_t num_slots_ = 0;
};

}  // namespace vrlt::model
