#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "vrlt/model/kv_cache.h"

namespace vrlt::rollout {

/// Which response sits in which slot of the rectangle [prompts, slots], and which are still unfinished.
/// Slots beyond a prompt's unfinished responses repeat its first one; what they generate is ignored.
class DecodingBatch {
 public:
  DecodingBatch(int64_t num_prompts, int64_t group_size);

  struct Slot {
    int64_t prompt = 0;    ///< Index into the prompts given to the engine.
    int64_t response = 0;  ///< Index inside its group.
    bool filler = false;
  };

  const std::vector<Slot>& slots() const { return slots_; }
  int64_t slots_per_prompt() const { return slots_per_prompt_; }
  bool empty() const { return slots_.empty(); }

  /// Removes finished responses when that makes the rectangle smaller, and the same slots of the cache and of `last_ids` [N*G].
  void drop_finished(const std::vector<std::vector<bool>>& finished, model::KvCache& cache, at::Tensor& last_ids);

 private:
  std::vector<Slot> slots_;
  int64_t slots_per_prompt_ = 0;
};

}  // namespace vrlt::rollout
