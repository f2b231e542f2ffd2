#include "vrlt/model/group_batch.h"

#include <ATen/ops/cat.h>

namespace vrlt::model {

int64_t PromptGroup::num_response_tokens() const {
  int64_t total = 0;
  for (const auto& response : responses) total += response.size(0);
  return total;
}

int64_t GroupBatch::num_response_tokens() const {
  int64_t total = 0;
  for (const auto& group : groups) total += group.num_response_tokens();
  return total;
}

at::Tensor GroupBatch::response_ids() const {
  std::vector<at::Tensor> all;
  for (const auto& group : groups)
    all.insert(all.end(), group.responses.begin(), group.responses.end());
  return at::cat(all);
}

}  // namespace vrlt::model
