#include "trainer/step/constants_of_responses.h"

#include <ATen/ops/cat.h>

namespace vrlt::trainer {
namespace {

/// @param values  [N]; undefined: not known.
void split(const at::Tensor& values, const std::vector<ResponseKey>& keys,
           const std::vector<int64_t>& lengths, ByResponse<at::Tensor>& of_responses) {
  if (!values.defined()) return;
  const auto rows = values.split_with_sizes(lengths);
  for (size_t i = 0; i < rows.size(); ++i) of_responses[keys[i]] = rows[i];
}

/// Undefined unless all are known: those of passes that broke off are measured again.
at::Tensor joined(const ByResponse<at::Tensor>& of_responses,
                  const std::vector<ResponseKey>& keys) {
  std::vector<at::Tensor> rows;
  for (const auto& key : keys) {
    const auto found = of_responses.find(key);
    if (found == of_responses.end()) return {};
    rows.push_back(found->second);
  }
  return at::cat(rows);
}

}  // namespace

void ConstantsOfResponses::add(const std::vector<ResponseKey>& keys,
                               const algorithm::TokenBatch& tokens, const at::Tensor& old_entropy) {
  split(tokens.old_log_probs, keys, tokens.row_lengths, old_log_probs_);
  split(tokens.ref_log_probs, keys, tokens.row_lengths, ref_log_probs_);
  split(tokens.advantages, keys, tokens.row_lengths, advantages_);
  split(tokens.surrogate_mask, keys, tokens.row_lengths, surrogate_mask_);
  split(old_entropy, keys, tokens.row_lengths, old_entropy_);
}

void ConstantsOfResponses::give(const std::vector<ResponseKey>& keys, algorithm::TokenBatch& tokens,
                                at::Tensor& old_entropy) const {
  tokens.old_log_probs = joined(old_log_probs_, keys);
  tokens.ref_log_probs = joined(ref_log_probs_, keys);
  tokens.advantages = joined(advantages_, keys);
  tokens.surrogate_mask = joined(surrogate_mask_, keys);
  old_entropy = joined(old_entropy_, keys);
}

}  // namespace vrlt::trainer
