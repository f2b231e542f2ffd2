#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace vrlt::model {

/// A tensor of the CPU on a device, copied from pinned memory: the host goes on at once. On the CPU
/// it is the tensor itself.
at::Tensor upload(const at::Tensor& host, at::Device device);

/// [n] int64.
at::Tensor upload(const std::vector<int64_t>& values, at::Device device);

}  // namespace vrlt::model
