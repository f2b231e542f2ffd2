#include "rollout/never_drawn.h"

#include <ATen/ops/zeros.h>

#include "vrlt/core/error.h"

namespace vrlt::rollout {

at::Tensor never_drawn(const model::VisionLanguageModel& model,
                       const tokenizer::Tokenizer& tokenizer,
                       const std::vector<int64_t>& never_sampled) {
  const auto& head = model.head_weight();
  auto mask = at::zeros({head.size(0)}, at::kBool);
  for (const int64_t id : never_sampled) {
    VRLT_CHECK(id >= 0 && id < head.size(0), "token ", id, " outside the vocabulary of ",
               head.size(0));
    mask[id].fill_(true);
  }
  // Rows that only pad the embedding have no token.
  if (tokenizer.vocab_size() < head.size(0))
    mask.narrow(0, tokenizer.vocab_size(), head.size(0) - tokenizer.vocab_size()).fill_(true);
  return mask.to(head.device());
}

}  // namespace vrlt::rollout
