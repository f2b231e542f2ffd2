#pragma once

#include "model/layers/attention.h"

namespace vrlt::model {

/// group_attention() without a mask, on the CPU, and on CUDA of 16 bit numbers: the queries of all
/// responses of a group meet the keys of their prompt in one product, and those of their own
/// response in another; the two softmaxes are merged by their log-sum-exps. Exact, also in the
/// gradients: given the merged output and log-sum-exp, the flash backward of each part yields that
/// part's share of the gradient. The keys and values of a prompt are neither repeated nor stored
/// per response.
at::Tensor split_group_attention(const at::Tensor& queries, const at::Tensor& keys,
                                 const at::Tensor& values, const std::vector<GroupSpan>& spans);

/// How far split_group_attention() is from masked_group_attention() in float32 on a small example,
/// output and gradients: the largest difference over the largest value.
double split_attention_error(at::Device device, at::ScalarType dtype);

}  // namespace vrlt::model
