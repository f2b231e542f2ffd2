#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "vrlt/algorithm/token_batch.h"
#include "vrlt/trainer/step/response_key.h"

namespace vrlt::trainer {

/// What an update knows of the tokens of each response and does not change, whichever pass the
/// response is in.
class ConstantsOfResponses {
 public:
  /// @param keys  of the responses of a pass, in the order of their tokens. @param old_entropy [N];
  /// undefined: not known.
  void add(const std::vector<ResponseKey>& keys, const algorithm::TokenBatch& tokens,
           const at::Tensor& old_entropy);

  /// Sets what was added of these responses, but for what comes with the responses themselves: the
  /// sampler's log-probs.
  void give(const std::vector<ResponseKey>& keys, algorithm::TokenBatch& tokens,
            at::Tensor& old_entropy) const;

 private:
  ByResponse<at::Tensor> old_log_probs_, ref_log_probs_, advantages_, surrogate_mask_, old_entropy_;
};

}  // namespace vrlt::trainer
