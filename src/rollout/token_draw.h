#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "vrlt/rollout/sampling.h"

namespace vrlt::rollout {

/// Drawn tokens.
struct DrawnTokens {
  at::Tensor ids;  ///< [B] int64
  /// [B] float32, see Response::log_probs; a NaN or an infinity where the logits of the row are not
  /// finite, and then the id says nothing.
  at::Tensor log_probs;
};

/// On the CPU, which waits for them once; of any shape that the two share.
DrawnTokens on_cpu(const DrawnTokens& drawn);

/// sample_tokens() without the forbidden ids, and what the drawn ones had as log-probs.
class TokenDraw {
 public:
  /// @param forbidden  [V] bool.
  explicit TokenDraw(const at::Tensor& forbidden);

  /// @param logits  [B, V] float32, contiguous. @param uniforms  [B] in [0, 1).  @return on the
  /// CPU.
  DrawnTokens operator()(const at::Tensor& logits, const std::vector<double>& uniforms,
                         const SamplingConfig& config) const;

  /// The same by operators on the device of the logits, which ask nothing of the host. @param
  /// uniforms  [B] float64, there.  @return there.
  DrawnTokens on_device(const at::Tensor& logits, const at::Tensor& uniforms,
                        const SamplingConfig& config) const;

 private:
  at::Tensor forbidden_;
  std::vector<int64_t> forbidden_ids_;
};

}  // namespace vrlt::rollout
