#pragma once

#include <ATen/core/Tensor.h>

namespace vrlt::algorithm {

/// Moves a parameter of the reference towards the policy's, in place: (1 - alpha) reference + alpha
/// policy; alpha 1 copies. Source: TR-DPO, arXiv:2404.09656, as TRL's sync_ref_model.
void blend_(at::Tensor& reference, const at::Tensor& policy, double alpha);

}  // namespace vrlt::algorithm
