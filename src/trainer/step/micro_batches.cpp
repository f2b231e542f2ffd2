#include "trainer/step/micro_batches.h"

namespace vrlt::trainer {

std::vector<size_t> micro_batch_sizes(const std::vector<int64_t>& tokens, int64_t max_groups,
                                      int64_t max_tokens) {
  std::vector<size_t> sizes;
  int64_t used = 0;  // of the last micro-batch
  for (const int64_t count : tokens) {
    const bool fits = !sizes.empty() && static_cast<int64_t>(sizes.back()) < max_groups &&
                      (max_tokens == 0 || used + count <= max_tokens);
    if (!fits) {
      sizes.push_back(0);
      used = 0;
    }
    ++sizes.back();
    used += count;
  }
  return sizes;
}

}  // namespace vrlt::trainer
